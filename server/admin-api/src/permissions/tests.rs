use std::collections::BTreeSet;

use super::*;

/// Every route of the router, from the description it is built from.
fn routes() -> BTreeSet<(String, String)> {
    let document = crate::openapi(utoipa_axum::router::OpenApiRouter::new());
    let mut routes = BTreeSet::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for method in item.as_object().into_iter().flat_map(|item| item.keys()) {
            routes.insert((method.to_uppercase(), path.clone()));
        }
    }
    routes
}

#[test]
fn every_route_is_in_the_table_and_every_row_is_a_route() {
    let of_chat = |row: &Row| {
        CHAT.iter()
            .any(|other| (other.0, other.1) == (row.0, row.1))
    };
    let listed = TABLES.iter().copied().flatten();
    let rows: Vec<_> = listed
        .filter(|row| !of_chat(row))
        .map(|row| (row.0.to_owned(), row.1.to_owned()))
        .collect();
    let (count, rows) = (rows.len(), BTreeSet::from_iter(rows));
    assert_eq!(rows.len(), count, "a row stands twice");
    assert!(rows.len() > 40, "the table was not read");
    assert_eq!(rows, routes());
}

#[test]
fn a_route_without_a_row_is_denied() {
    assert_eq!(required("GET", "/api/made-up"), None);
    assert_eq!(required("DELETE", "/api/agents"), None);
}
