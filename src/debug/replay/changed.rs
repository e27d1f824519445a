//! What has changed of a thing between two moments: field by field.

use serde::Serialize;
use serde_json::Value;

/// A field, with what it was and what it is; null where it was not there or is no more.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Changed {
    pub path: String,
    pub before: Value,
    pub after: Value,
}

/// The fields below `path` in which two values differ.
pub fn changed(path: &str, before: &Value, after: &Value) -> Vec<Changed> {
    let whole = || Changed { path: path.to_owned(), before: before.clone(), after: after.clone() };
    match (before, after) {
        _ if before == after => Vec::new(),
        (Value::Object(one), Value::Object(other)) => {
            let mut names: Vec<&String> = one.keys().chain(other.keys()).collect();
            names.sort_unstable();
            names.dedup();
            let of = |name: &String| {
                let [before, after] = [one, other].map(|side| side.get(name).unwrap_or(&Value::Null));
                changed(&format!("{path}.{name}"), before, after)
            };
            names.into_iter().flat_map(of).collect()
        }
        (
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_),
            _,
        ) => vec![whole()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_are_told_apart_at_their_own_depth() {
        let (before, after) = (json!({"a":{"b":1,"c":2},"d":[1]}), json!({"a":{"b":1,"c":3},"e":0,"d":[1]}));
        let found: Vec<_> =
            changed("x", &before, &after).into_iter().map(|it| (it.path, it.before, it.after)).collect();
        assert_eq!(found, [("x.a.c".into(), json!(2), json!(3)), ("x.e".into(), Value::Null, json!(0))]);
        assert!(changed("x", &after, &after).is_empty());
        assert_eq!(changed("x", &Value::Null, &after).len(), 1);
    }
}
