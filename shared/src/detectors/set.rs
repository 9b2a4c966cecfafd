/// Declares a set of detectors: the struct of their states, how it is stored, and one function per
/// kind of event that runs the detectors which look at it, in the order listed.
///
/// A line `high_value: HighValue` lists the type `HighValue` of the file `high_value.rs`.
macro_rules! detector_set {
    (
        $(#[$set_doc:meta])*
        $set:ident for $profile:ty {
            $( $(#[$on_doc:meta])* $on:ident($event:ident) { $( $name:ident: $detector:ident ),+ $(,)? } )+
        }
    ) => {
        $(#[$set_doc])*
        #[derive(Clone, Debug, Default)]
        pub struct $set {
            $( $( $name: super::$name::$detector, )+ )+
            /// Which of the detectors' alerts were let through lately.
            pub cooldowns: Cooldowns,
            unclaimed: $crate::detectors::Sections<'static>,
        }

        const _: () = assert!(
            $crate::detectors::are_distinct(&[$( $( stringify!($name), )+ )+ "cooldowns"]),
            "two detectors' names have the same section key: give one of them another name"
        );

        impl $set {
            /// The names of the detectors, in the order in which they run.
            pub const NAMES: &'static [&'static str] = &[ $( $( stringify!($name), )+ )+ ];

            $(
                $(#[$on_doc])*
                pub fn $on(
                    &mut self,
                    event: &$event<'_>,
                    profile: &$profile,
                    circumstances: &Circumstances<'_>,
                    alerts: &mut Alerts,
                ) {
                    $(
                        let name = stringify!($name);
                        if !circumstances.settings.detectors_off.hold(name, const { $crate::settings::bit(stringify!($name)) }) {
                            let mut context = Context::new(name, profile, circumstances, alerts);
                            self.$name.detect(event, &mut context);
                        }
                    )+
                }
            )+

            /// Reads the states from a stored blob; no bytes are a fresh set.
            pub fn decode(bytes: &[u8]) -> Result<Self, BlobError> {
                let mut sections = $crate::detectors::Sections::decode(bytes)?;
                Ok(Self {
                    $( $( $name: sections.take(
                        const { $crate::detectors::SectionName::new(stringify!($name)) },
                        <super::$name::$detector as Detector<$event<'static>, $profile>>::VERSION,
                        <super::$name::$detector as Detector<$event<'static>, $profile>>::upgrade,
                    )?, )+ )+
                    cooldowns: sections.take(const { $crate::detectors::SectionName::new("cooldowns") }, Cooldowns::VERSION, |_, _| None)?,
                    unclaimed: sections.into_owned(),
                })
            }

            /// The blob to store.
            pub fn encode(&self) -> Vec<u8> {
                let mut sections = $crate::detectors::SectionWriter::new(&self.unclaimed);
                $( $( sections.put(
                    const { $crate::detectors::SectionName::new(stringify!($name)) },
                    <super::$name::$detector as Detector<$event<'static>, $profile>>::VERSION,
                    &self.$name,
                ); )+ )+
                sections.put(const { $crate::detectors::SectionName::new("cooldowns") }, Cooldowns::VERSION, &self.cooldowns);
                sections.finish()
            }
        }
    };
}

pub(super) use detector_set;
