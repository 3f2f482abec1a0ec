//! The present objects in the words of the file, and the way back from names to ids.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::calls::Calls;
use super::kinds::{ADDED, KINDS, Kind, ORGANIZATION, Refers};
use crate::ApiError;

/// Fields of one object, those of its key first, as the file has them.
pub(super) type Object = Map<String, Value>;

/// Ids and names of what can be referred to, by sort.
#[derive(Default)]
pub(super) struct Names(BTreeMap<&'static str, Vec<(String, String)>>);

impl Names {
    pub(super) fn add(&mut self, sort: &'static str, object: &Value) {
        if let (Some(id), Some(name)) = (object["id"].as_str(), object["name"].as_str()) {
            let pair = (id.to_owned(), name.to_owned());
            self.0.entry(sort).or_default().push(pair);
        }
    }

    fn name(&self, sort: &str, id: &str) -> Option<&str> {
        let mut pairs = self.0.get(sort)?.iter();
        Some(&pairs.find(|(one, _)| one == id)?.1)
    }

    fn id(&self, sort: &str, name: &str) -> Result<&str, String> {
        let mut found = self.0.get(sort).into_iter().flatten();
        let mut found = found.by_ref().filter(|(_, one)| one == name);
        match (found.next(), found.next()) {
            (Some((id, _)), None) => Ok(id),
            (None, _) => Err(format!("There is nothing named \"{name}\" among {sort}.")),
            (Some(_), Some(_)) => Err(format!(
                "Several of {sort} are named \"{name}\": rename all but one."
            )),
        }
    }
}

fn sort_of_entity(kind: &str) -> &'static str {
    match kind {
        "team" => "teams",
        "agent" => "agents",
        _ => "organization",
    }
}

/// An object of the server and the file's form of it.
pub(super) struct Present {
    pub(super) id: String,
    pub(super) object: Object,
}

/// Everything that a configuration speaks of, as it is.
pub(super) struct State {
    pub(super) names: Names,
    pub(super) kinds: Vec<(&'static Kind, Vec<Present>)>,
    pub(super) organization: Object,
}

impl State {
    pub(super) async fn read(calls: &Calls) -> Result<Self, ApiError> {
        let mut names = Names::default();
        let organization = calls.see("/api/organization").await?;
        names.add("organization", &organization);
        for (sort, path) in [
            ("teams", "/api/teams"),
            ("agents", "/api/agents/all"),
            ("tools", "/api/tools"),
        ] {
            let all = calls.see(path).await?;
            for object in listed(&all) {
                names.add(sort, object);
            }
        }
        let mut kinds = Vec::new();
        for kind in KINDS {
            let all = calls.see(kind.list).await?;
            let objects = listed(&all).iter().filter_map(Value::as_object);
            let mut present: Vec<Present> = objects
                .filter(|object| (kind.keeps)(object))
                .filter_map(|object| present(kind, object, &names))
                .collect();
            present.sort_by_cached_key(|one| key(kind, &one.object).to_string());
            kinds.push((kind, present));
        }
        Ok(Self {
            names,
            kinds,
            organization: settings(&organization),
        })
    }

    /// The file, without what is unset.
    pub(super) fn document(&self) -> Value {
        let shown = |object: &Object| -> Value {
            let set = object.iter().filter(|(_, value)| !value.is_null());
            set.map(|(name, value)| (name.clone(), value.clone()))
                .collect()
        };
        let mut document = json!({ "version": 1 });
        for (kind, objects) in &self.kinds {
            let objects = objects.iter().map(|one| shown(&one.object));
            document[kind.name] = objects.collect();
        }
        document["organization"] = shown(&self.organization);
        document
    }
}

/// Some lists come bare, others in pages.
fn listed(answer: &Value) -> &[Value] {
    let list = answer.as_array().or_else(|| answer["data"].as_array());
    list.map_or(&[], Vec::as_slice)
}

fn settings(organization: &Value) -> Object {
    let fields = ORGANIZATION.iter().flat_map(|(_, fields)| fields.iter());
    fields
        .map(|field| ((*field).to_owned(), organization[*field].clone()))
        .collect()
}

/// None: it refers to something that is not a configuration's business.
pub(super) fn present(kind: &Kind, served: &Map<String, Value>, names: &Names) -> Option<Present> {
    let mut object = Object::new();
    let mut fields: Vec<&String> = served
        .keys()
        .filter(|name| !ADDED.contains(&name.as_str()) && !kind.without.contains(&name.as_str()))
        .collect();
    let place = |name: &str| kind.key.iter().position(|key| *key == name);
    fields.sort_by_key(|name| (place(name).unwrap_or(usize::MAX), (*name).clone()));
    for name in fields {
        let value = &served[name.as_str()];
        let refers = kind.refers.iter().find(|(field, _)| field == name);
        let value = match refers {
            None => value.clone(),
            Some((_, Refers::Teams)) => listed(value)
                .iter()
                .map(|team| team["name"].clone())
                .collect(),
            Some((_, Refers::Tool)) => names.name("tools", value.as_str()?)?.into(),
            Some((_, Refers::Entity)) => {
                let sort = sort_of_entity(served["entityType"].as_str()?);
                names.name(sort, value.as_str()?)?.into()
            }
        };
        object.insert(name.clone(), value);
    }
    let id = served.get("id")?.as_str()?.to_owned();
    Some(Present { id, object })
}

/// What tells it from the others of its kind.
pub(super) fn key(kind: &Kind, object: &Object) -> Value {
    let value = |name: &&str| object.get(*name).cloned().unwrap_or_default();
    kind.key.iter().map(value).collect()
}

/// As the API takes it; `Err` says which name leads nowhere.
pub(super) fn body(
    kind: &Kind,
    object: &Object,
    fields: &[String],
    names: &Names,
) -> Result<Value, String> {
    let mut body = Map::new();
    for name in fields {
        let value = object.get(name).cloned().unwrap_or_default();
        let text = || value.as_str().unwrap_or_default();
        let refers = kind.refers.iter().find(|(field, _)| field == name);
        let value = match refers {
            None => value,
            Some((_, Refers::Teams)) => {
                let ids = listed(&value).iter().map(|team| {
                    let name = team.as_str().unwrap_or_default();
                    names.id("teams", name).map(Value::from)
                });
                ids.collect::<Result<Value, _>>()?
            }
            Some((_, Refers::Tool)) => names.id("tools", text())?.into(),
            Some((_, Refers::Entity)) => {
                let kind = object.get("entityType").and_then(Value::as_str);
                names
                    .id(sort_of_entity(kind.unwrap_or_default()), text())?
                    .into()
            }
        };
        body.insert(name.clone(), value);
    }
    Ok(body.into())
}
