//! From a file to changes: what is missing is made, what differs is changed, what the file does not speak of stays.

use http::Method;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::calls::Calls;
use super::kinds::{KINDS, Kind, ORGANIZATION};
use super::state::{self, Object, State};
use crate::ApiError;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ChangeAction {
    Create,
    Update,
    Unchanged,
}

/// One object of the file, and what becomes of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConfigurationChange {
    pub kind: &'static str,
    pub name: String,
    pub action: ChangeAction,
    /// Fields that are set or changed.
    pub fields: Vec<String>,
    #[schema(value_type = Object)]
    pub before: Map<String, Value>,
    #[schema(value_type = Object)]
    pub after: Map<String, Value>,
    /// Why it was not done.
    pub error: Option<String>,
}

/// A file that was read, in the order of the kinds.
pub(super) struct Wanted {
    kinds: Vec<(&'static Kind, Vec<Object>)>,
    organization: Object,
}

impl Wanted {
    pub(super) fn read(text: &str) -> Result<Self, ApiError> {
        let invalid = |text: String| ApiError::Validation(text);
        let document: Value = serde_saphyr::from_str(text)
            .map_err(|error| invalid(format!("The file is not YAML: {error}")))?;
        let Value::Object(mut document) = document else {
            return Err(invalid(
                "The file is not a map of kinds. `archestra export` writes one.".into(),
            ));
        };
        if document.remove("version") != Some(1.into()) {
            return Err(invalid(
                "The file has no `version: 1`, or a version that is not known here.".into(),
            ));
        }
        let organization = match document.remove("organization") {
            None | Some(Value::Null) => Object::new(),
            Some(Value::Object(settings)) => settings,
            Some(_) => return Err(invalid("organization is not a map.".into())),
        };
        let known = ORGANIZATION.iter().flat_map(|(_, fields)| fields.iter());
        let known: Vec<_> = known.collect();
        if let Some(field) = organization
            .keys()
            .find(|name| !known.contains(&&name.as_str()))
        {
            return Err(invalid(format!("organization has no setting \"{field}\".")));
        }
        let mut kinds = Vec::new();
        for kind in KINDS {
            kinds.push((kind, objects(kind, document.remove(kind.name))?));
        }
        if let Some(unknown) = document.keys().next() {
            let names: Vec<_> = KINDS.iter().map(|kind| kind.name).collect();
            return Err(invalid(format!(
                "There is no kind \"{unknown}\"; there are organization, {}.",
                names.join(", ")
            )));
        }
        Ok(Self {
            kinds,
            organization,
        })
    }
}

fn objects(kind: &Kind, value: Option<Value>) -> Result<Vec<Object>, ApiError> {
    let list = match value {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(list)) => list,
        Some(_) => {
            return Err(ApiError::Validation(format!(
                "{} is not a list.",
                kind.name
            )));
        }
    };
    let mut objects: Vec<Object> = Vec::new();
    for (index, value) in list.into_iter().enumerate() {
        let Value::Object(object) = value else {
            return Err(ApiError::Validation(format!(
                "{}[{index}] is not a map.",
                kind.name
            )));
        };
        let key = state::key(kind, &object);
        if objects.iter().any(|other| state::key(kind, other) == key) {
            return Err(ApiError::Conflict(format!(
                "{}[{index}] is in the file already: each has its own {}.",
                kind.name,
                kind.key.join(", ")
            )));
        }
        objects.push(object);
    }
    Ok(objects)
}

/// Compares, and changes unless it is only asked what it would do.
pub(super) async fn apply(
    calls: &Calls,
    wanted: Wanted,
    dry_run: bool,
) -> Result<Vec<ConfigurationChange>, ApiError> {
    let State {
        mut names,
        kinds: present,
        organization: settings,
    } = State::read(calls).await?;
    let mut changes = Vec::new();
    for ((kind, objects), (_, present)) in wanted.kinds.into_iter().zip(&present) {
        for object in objects {
            let (mut change, id) = compare(kind, &object, present)?;
            if !dry_run && change.action != ChangeAction::Unchanged {
                let done = perform(calls, kind, &object, &change, id, &mut names).await;
                change.error = done.err();
            }
            changes.push(change);
        }
    }
    changes.extend(organization(calls, &wanted.organization, &settings, dry_run).await);
    Ok(changes)
}

/// What is to be done about an object, and the id of the present one.
fn compare<'a>(
    kind: &Kind,
    object: &Object,
    present: &'a [state::Present],
) -> Result<(ConfigurationChange, Option<&'a str>), ApiError> {
    let key = state::key(kind, object);
    let mut same = present
        .iter()
        .filter(|one| state::key(kind, &one.object) == key);
    let found = same.next();
    let name = label(&key);
    if same.next().is_some() {
        return Err(ApiError::Conflict(format!(
            "Several of {} are {name} here, and the file can't tell them apart. Rename all but one.",
            kind.name
        )));
    }
    let before = found.map(|found| &found.object);
    let (fields, before, after) = differences(before, object);
    let action = match found {
        None => ChangeAction::Create,
        Some(_) if fields.is_empty() => ChangeAction::Unchanged,
        Some(_) => ChangeAction::Update,
    };
    let change = ConfigurationChange {
        kind: kind.name,
        name,
        action,
        fields,
        before,
        after,
        error: None,
    };
    Ok((change, found.map(|found| found.id.as_str())))
}

type Differences = (Vec<String>, Map<String, Value>, Map<String, Value>);

fn differences(present: Option<&Object>, wanted: &Object) -> Differences {
    let (mut fields, mut before, mut after) = (Vec::new(), Map::new(), Map::new());
    for (name, value) in wanted {
        let now = present.and_then(|present| present.get(name));
        if now.unwrap_or(&Value::Null) == value {
            continue;
        }
        fields.push(name.clone());
        if let Some(now) = now {
            before.insert(name.clone(), now.clone());
        }
        after.insert(name.clone(), value.clone());
    }
    (fields, before, after)
}

/// For people: the parts of its key that are set.
fn label(key: &Value) -> String {
    let parts = key.as_array().into_iter().flatten();
    let parts = parts.filter(|part| !part.is_null()).map(|part| {
        part.as_str()
            .map_or_else(|| part.to_string(), str::to_owned)
    });
    parts.collect::<Vec<_>>().join(" · ")
}

/// `Err` says what kept it from being done.
async fn perform(
    calls: &Calls,
    kind: &'static Kind,
    object: &Object,
    change: &ConfigurationChange,
    id: Option<&str>,
    names: &mut state::Names,
) -> Result<(), String> {
    let body = state::body(kind, object, &change.fields, names)?;
    let answered = match id {
        Some(id) => {
            let path = format!("{}/{id}", kind.path);
            calls.send(&kind.update, &path, Some(&body)).await
        }
        None => calls.send(&Method::POST, kind.path, Some(&body)).await,
    };
    let served = answered.map_err(|error| error.to_string())?;
    if id.is_none() {
        names.add(kind.name, &served);
    }
    let Some(became) = served
        .as_object()
        .and_then(|served| state::present(kind, served, names))
    else {
        return Ok(());
    };
    let (ignored, _, _) = differences(Some(&became.object), object);
    if ignored.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "The server keeps something else of {}: check its name and value.",
            ignored.join(", ")
        ))
    }
}

async fn organization(
    calls: &Calls,
    wanted: &Object,
    present: &Object,
    dry_run: bool,
) -> Option<ConfigurationChange> {
    if wanted.is_empty() {
        return None;
    }
    let (fields, before, after) = differences(Some(present), wanted);
    let mut errors = Vec::new();
    for (path, settings) in ORGANIZATION {
        let chosen = after
            .iter()
            .filter(|(name, _)| settings.contains(&name.as_str()));
        let body: Map<String, Value> = chosen
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if !dry_run && !body.is_empty() {
            let done = calls.send(&Method::PATCH, path, Some(&body.into())).await;
            errors.extend(done.err().map(|error| error.to_string()));
        }
    }
    let action = if fields.is_empty() {
        ChangeAction::Unchanged
    } else {
        ChangeAction::Update
    };
    Some(ConfigurationChange {
        kind: "organization",
        name: "settings".to_owned(),
        action,
        fields,
        before,
        after,
        error: (!errors.is_empty()).then(|| errors.join(" ")),
    })
}
