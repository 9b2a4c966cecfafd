//! Whether a stored state holds numbers only. No detector computes anything else from readings,
//! which a property holds, and one that began with a NaN would compute nothing else for ever.

use std::fmt::Display;

use serde::ser::{
    self, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use thiserror::Error;

/// Whether every float in it is a finite number.
pub(super) fn is_finite<T: Serialize>(state: &T) -> bool {
    state.serialize(OnlyFinite).is_ok()
}

/// Writes nothing, and fails at the first float that is no number.
#[derive(Clone, Copy)]
struct OnlyFinite;

#[derive(Debug, Error)]
#[error("it holds a float that is no number")]
struct NotFinite;

impl ser::Error for NotFinite {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}

type Checked = Result<(), NotFinite>;

macro_rules! scalars {
    ($($method:ident($type:ty)),+) => {
        $(fn $method(self, _: $type) -> Checked { Ok(()) })+
    };
}

macro_rules! compounds {
    ($($trait:ident { $($method:ident)+ }),+ $(,)?) => {
        $(impl $trait for OnlyFinite {
            type Ok = ();
            type Error = NotFinite;

            $(fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Checked {
                value.serialize(*self)
            })+

            fn end(self) -> Checked {
                Ok(())
            }
        })+
    };
}

compounds! {
    SerializeSeq { serialize_element },
    SerializeTuple { serialize_element },
    SerializeTupleStruct { serialize_field },
    SerializeTupleVariant { serialize_field },
    SerializeMap { serialize_key serialize_value },
}

macro_rules! structs {
    ($($trait:ident),+) => {
        $(impl $trait for OnlyFinite {
            type Ok = ();
            type Error = NotFinite;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                _: &'static str,
                value: &T,
            ) -> Checked {
                value.serialize(*self)
            }

            fn end(self) -> Checked {
                Ok(())
            }
        })+
    };
}

structs!(SerializeStruct, SerializeStructVariant);

impl Serializer for OnlyFinite {
    type Ok = ();
    type Error = NotFinite;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    fn is_human_readable(&self) -> bool {
        false
    }

    fn serialize_f32(self, float: f32) -> Checked {
        if float.is_finite() { Ok(()) } else { Err(NotFinite) }
    }

    fn serialize_f64(self, float: f64) -> Checked {
        if float.is_finite() { Ok(()) } else { Err(NotFinite) }
    }

    scalars!(
        serialize_bool(bool),
        serialize_i8(i8),
        serialize_i16(i16),
        serialize_i32(i32),
        serialize_i64(i64),
        serialize_i128(i128),
        serialize_u8(u8),
        serialize_u16(u16),
        serialize_u32(u32),
        serialize_u64(u64),
        serialize_u128(u128),
        serialize_char(char),
        serialize_str(&str),
        serialize_bytes(&[u8]),
        serialize_unit_struct(&'static str)
    );

    fn serialize_none(self) -> Checked {
        Ok(())
    }

    fn serialize_unit(self) -> Checked {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Checked {
        value.serialize(self)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Checked {
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Checked {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Checked {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, NotFinite> {
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, NotFinite> {
        Ok(self)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, NotFinite> {
        Ok(self)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, NotFinite> {
        Ok(self)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self, NotFinite> {
        Ok(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, NotFinite> {
        Ok(self)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, NotFinite> {
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Serialize;

    use super::*;

    #[derive(Serialize)]
    enum Kind {
        Unit,
        New(f64),
        Tuple(u8, f32),
        Struct { name: &'static str, float: Option<f64> },
    }

    #[derive(Serialize)]
    struct State {
        kind: Kind,
        floats: [f32; 3],
        named: BTreeMap<String, Vec<f64>>,
        nothing: (),
    }

    fn state(kind: Kind, last: f32, named: f64) -> State {
        let named = BTreeMap::from([("a".to_owned(), vec![1.0, named])]);
        State { kind, floats: [0.0, -1e30, last], named, nothing: () }
    }

    #[test]
    fn numbers_are_found_wherever_they_are() {
        let kinds = [
            Kind::Unit,
            Kind::New(f64::MAX),
            Kind::Tuple(1, -0.0),
            Kind::Struct { name: "NaN", float: None },
            Kind::Struct { name: "", float: Some(f64::MIN_POSITIVE) },
        ];
        for kind in kinds {
            assert!(is_finite(&state(kind, 1.0, 2.0)));
        }
    }

    #[test]
    fn a_float_that_is_no_number_is_found_wherever_it_is() {
        for wrong in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            #[expect(clippy::cast_possible_truncation, reason = "it stays what it is")]
            let narrow = wrong as f32;
            assert!(!is_finite(&state(Kind::New(wrong), 1.0, 2.0)));
            assert!(!is_finite(&state(Kind::Tuple(1, narrow), 1.0, 2.0)));
            assert!(!is_finite(&state(Kind::Struct { name: "", float: Some(wrong) }, 1.0, 2.0)));
            assert!(!is_finite(&state(Kind::Unit, narrow, 2.0)));
            assert!(!is_finite(&state(Kind::Unit, 1.0, wrong)));
        }
    }
}
