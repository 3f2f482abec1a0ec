//! What expressions may ask: each works as a block, inside `#if`, and alone (where it renders `true` or nothing).

use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, Output, PathAndJson, RenderContext,
    RenderError, Renderable, ScopedJson, handlebars_helper,
};
use serde_json::Value;

type Ask = fn(&[&Value]) -> bool;

struct Question(Ask);

impl Question {
    fn answer(&self, helper: &Helper<'_>) -> bool {
        let values: Vec<&Value> = helper.params().iter().map(PathAndJson::value).collect();
        (self.0)(&values)
    }
}

impl HelperDef for Question {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        Ok(ScopedJson::Derived(Value::Bool(self.answer(helper))))
    }

    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        engine: &'reg Handlebars<'reg>,
        context: &'rc Context,
        render: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let yes = self.answer(helper);
        if !helper.is_block() {
            return Ok(out.write(if yes { "true" } else { "" })?);
        }
        let branch = if yes {
            helper.template()
        } else {
            helper.inverse()
        };
        match branch {
            Some(branch) => branch.render(engine, context, render, out),
            None => Ok(()),
        }
    }
}

fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::String(one), Value::String(other)) => one.eq_ignore_ascii_case(other),
        _ => one == other,
    }
}

fn equals(values: &[&Value]) -> bool {
    matches!(values, [one, other] if same(one, other))
}

fn not_equals(values: &[&Value]) -> bool {
    matches!(values, [one, other] if !same(one, other))
}

/// A list that has the value, or a value that is it.
fn includes(values: &[&Value]) -> bool {
    match values {
        [Value::Array(list), wanted] => list.iter().any(|value| same(value, wanted)),
        [value, wanted] => same(value, wanted),
        _ => false,
    }
}

/// A text that has the other in it, or a list with such a text.
fn contains(values: &[&Value]) -> bool {
    match values {
        [Value::String(text), Value::String(part)] => {
            text.to_lowercase().contains(&part.to_lowercase())
        }
        [Value::Array(list), part] => list.iter().any(|value| contains(&[value, part])),
        _ => false,
    }
}

fn holds(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(truth) => *truth,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::Object(_) => true,
    }
}

fn exists(values: &[&Value]) -> bool {
    matches!(values, [value] if !value.is_null())
}

fn all(values: &[&Value]) -> bool {
    values.iter().all(|value| holds(value))
}

fn any(values: &[&Value]) -> bool {
    values.iter().any(|value| holds(value))
}

handlebars_helper!(json: |value: Value| value.to_string());

// One field of each object of a list.
handlebars_helper!(pluck: |list: Value, field: str| Value::Array(
    list.as_array().into_iter().flatten().filter_map(|item| item.get(field).cloned()).collect()
));

pub(super) fn register(engine: &mut Handlebars<'_>) {
    let questions: [(&str, Ask); 7] = [
        ("equals", equals),
        ("notEquals", not_equals),
        ("includes", includes),
        ("contains", contains),
        ("exists", exists),
        ("and", all),
        ("or", any),
    ];
    for (name, ask) in questions {
        engine.register_helper(name, Box::new(Question(ask)));
    }
    engine.register_helper("json", Box::new(json));
    engine.register_helper("pluck", Box::new(pluck));
}
