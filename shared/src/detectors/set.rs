/// Declares a set of detectors: the struct of their states, how it is stored, and one function per
/// kind of event that runs the detectors which look at it, in the order listed.
macro_rules! detector_set {
    (
        $(#[$set_doc:meta])*
        $set:ident for $profile:ty {
            $( $(#[$on_doc:meta])* $on:ident($event:ident) { $( $field:ident: $detector:ty ),+ $(,)? } )+
        }
    ) => {
        $(#[$set_doc])*
        #[derive(Clone, Debug, Default)]
        pub struct $set {
            $( $( $field: $detector, )+ )+
            unclaimed: Sections,
        }

        impl $set {
            /// The names of the detectors, in the order in which they run.
            pub const NAMES: &'static [&'static str] =
                &[ $( $( <$detector as Detector>::NAME, )+ )+ ];

            $(
                $(#[$on_doc])*
                pub fn $on(
                    &mut self,
                    event: &$event<'_>,
                    profile: &$profile,
                    settings: &Settings,
                    alerts: &mut Alerts,
                ) {
                    $(
                        let name = <$detector as Detector>::NAME;
                        if !settings.detectors_off.contains(name) {
                            self.$field.detect(event, profile, settings, alerts.of(name));
                        }
                    )+
                }
            )+

            /// Reads the states from a stored blob; no bytes are a fresh set.
            pub fn decode(bytes: &[u8]) -> Result<Self, BlobError> {
                let mut sections = Sections::decode(bytes)?;
                Ok(Self {
                    $( $( $field: sections.take(
                        <$detector as Detector>::NAME,
                        <$detector as Detector>::VERSION,
                    )?, )+ )+
                    unclaimed: sections,
                })
            }

            /// The blob to store.
            pub fn encode(&self) -> Vec<u8> {
                let mut sections = self.unclaimed.clone();
                $( $( sections.put(
                    <$detector as Detector>::NAME,
                    <$detector as Detector>::VERSION,
                    &self.$field,
                ); )+ )+
                sections.encode()
            }
        }
    };
}

pub(super) use detector_set;
