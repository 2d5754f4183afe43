// SPDX-License-Identifier: EUPL-1.2

//! The OpenAPI document as a running server gives it out: what the tests of all routes are derived from.

use http::Method;
use serde_json::Value;

use crate::world::World;

/// The API's description.
pub(crate) struct Document(pub(crate) Value);

/// One method of one path.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    /// As `get_post`.
    pub(crate) id: String,
    pub(crate) method: Method,
    /// As `/api/v1/posts/{id}`.
    pub(crate) path: String,
    /// What the document says of it.
    pub(crate) description: Value,
}

impl Document {
    pub(crate) async fn of(world: &World) -> Self {
        Self(world.stranger().get("/api/openapi.json").await.ok())
    }

    /// Every operation, in the document's order.
    pub(crate) fn operations(&self) -> Vec<Operation> {
        let paths = self.0["paths"].as_object().expect("paths");
        let of_path = |(path, methods): (&String, &Value)| {
            let methods = methods.as_object().expect("methods").clone();
            let path = path.clone();
            methods
                .into_iter()
                .map(move |(method, description)| Operation {
                    id: description["operationId"]
                        .as_str()
                        .unwrap_or_default()
                        .to_owned(),
                    method: method.to_uppercase().parse().expect("a method"),
                    path: path.clone(),
                    description,
                })
        };
        let operations: Vec<_> = paths.iter().flat_map(of_path).collect();
        assert!(operations.len() >= 40, "the document describes the API");
        operations
    }

    /// A schema with its `$ref` followed.
    pub(crate) fn resolve<'d>(&'d self, schema: &'d Value) -> &'d Value {
        let Some(reference) = schema["$ref"].as_str() else {
            return schema;
        };
        let pointer = reference.trim_start_matches('#');
        let target = self.0.pointer(pointer);
        self.resolve(target.unwrap_or_else(|| panic!("{reference} leads nowhere")))
    }
}

impl Operation {
    /// The schema of its JSON body, if it takes one.
    pub(crate) fn json_body(&self) -> Option<&Value> {
        self.description["requestBody"]["content"]["application/json"].get("schema")
    }

    pub(crate) fn has_parameter(&self, name: &str) -> bool {
        let parameters = self.description["parameters"].as_array();
        parameters.is_some_and(|all| all.iter().any(|parameter| parameter["name"] == name))
    }
}
