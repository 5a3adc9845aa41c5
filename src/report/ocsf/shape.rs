//! The objects of OCSF that a line is made of.
//!
//! Owns: names and order of the attributes. Absent ones are left out.
//! Source: OCSF schema 1.5.0, objects api, actor, user, session, metadata,
//! product, cloud, network_endpoint, resource_details, read 2026-11.

use serde::{Serialize, Serializer, ser::SerializeMap};

/// One API call: class API Activity.
#[derive(Serialize)]
pub(super) struct Activity<'a> {
    pub(super) activity_id: u32,
    pub(super) activity_name: &'static str,
    pub(super) actor: Actor<'a>,
    pub(super) api: Api<'a>,
    pub(super) category_name: &'static str,
    pub(super) category_uid: u32,
    pub(super) class_name: &'static str,
    pub(super) class_uid: u32,
    pub(super) cloud: Cloud<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) http_request: Option<HttpRequest<'a>>,
    pub(super) metadata: Metadata<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) resources: Vec<Resource>,
    pub(super) severity: &'static str,
    pub(super) severity_id: u32,
    pub(super) src_endpoint: Endpoint<'a>,
    pub(super) status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status_detail: Option<&'a str>,
    pub(super) status_id: u32,
    pub(super) time: i64,
    pub(super) time_dt: String,
    pub(super) type_name: String,
    pub(super) type_uid: u32,
    pub(super) unmapped: Unmapped<'a>,
}

/// Who called.
#[derive(Serialize)]
pub(super) struct Actor<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) app_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) session: Option<Issued<'a>>,
    pub(super) user: User<'a>,
}

/// The session of the caller.
#[derive(Serialize)]
pub(super) struct Issued<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) created_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) created_time_dt: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) is_mfa: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) issuer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) uid: Option<&'a str>,
}

/// The caller.
#[derive(Serialize)]
pub(super) struct User<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) account: Option<Account<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) credential_uid: Option<&'a str>,
    pub(super) name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(rename = "type")]
    pub(super) user_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) uid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) uid_alt: Option<&'a str>,
}

/// What has an id alone.
#[derive(Serialize)]
pub(super) struct Id<'a> {
    pub(super) uid: &'a str,
}

/// What was called.
#[derive(Serialize)]
pub(super) struct Api<'a> {
    pub(super) operation: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) request: Option<Request<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) response: Option<Response<'a>>,
    pub(super) service: Service<'a>,
}

/// With which parameters.
#[derive(Serialize)]
pub(super) struct Request<'a> {
    pub(super) uid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) data: Option<Data<'a>>,
}

/// What came of it.
#[derive(Serialize)]
pub(super) struct Response<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) data: Option<Data<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error_message: Option<&'a str>,
}

/// The service that was called.
#[derive(Serialize)]
pub(super) struct Service<'a> {
    pub(super) name: &'a str,
}

/// Where.
#[derive(Serialize)]
pub(super) struct Cloud<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) account: Option<Account<'a>>,
    pub(super) provider: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) region: Option<&'a str>,
}

/// The program that called.
#[derive(Serialize)]
pub(super) struct HttpRequest<'a> {
    pub(super) user_agent: &'a str,
}

/// Which record this is.
#[derive(Serialize)]
pub(super) struct Metadata<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) event_code: Option<&'a str>,
    pub(super) product: Product<'a>,
    pub(super) profiles: [&'static str; 2],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) uid: Option<&'a str>,
    pub(super) version: &'static str,
}

/// What recorded it.
#[derive(Serialize)]
pub(super) struct Product<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) feature: Option<Feature<'a>>,
    pub(super) name: &'static str,
    pub(super) vendor_name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<&'a str>,
}

/// The category of the record.
#[derive(Serialize)]
pub(super) struct Feature<'a> {
    pub(super) name: &'a str,
}

/// Where the call came from.
#[derive(Serialize)]
pub(super) struct Endpoint<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ip: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) svc_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) uid: Option<&'a str>,
}

/// What OCSF has no place for, in the words of our tables.
#[derive(Serialize)]
pub(super) struct Unmapped<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) additional_event_data: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) shared_event_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) event_name_raw: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) category: Option<&'static str>,
    pub(super) outcome: &'static str,
    pub(super) copies: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) window_id: Option<&'a str>,
    pub(super) source_object: &'a str,
    pub(super) source_record: u64,
}

/// An account.
pub(super) type Account<'a> = Id<'a>;

/// JSON of a record. The attribute `data` is of any JSON type: what is JSON
/// stands as text, as the mapping of the OCSF project has it.
pub(super) type Data<'a> = &'a str;

/// A resource that the record names.
pub(super) struct Resource {
    /// Its ARN.
    pub(super) uid: String,
    /// Its type.
    pub(super) kind: Option<String>,
    /// The account that owns it.
    pub(super) account: Option<String>,
}

impl Serialize for Resource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(uid) = &self.account {
            map.serialize_entry("owner", &Owner { account: Id { uid } })?;
        }
        if let Some(kind) = &self.kind {
            map.serialize_entry("type", kind)?;
        }
        map.serialize_entry("uid", &self.uid)?;
        map.end()
    }
}

/// Who owns a resource.
#[derive(Serialize)]
struct Owner<'a> {
    account: Account<'a>,
}
