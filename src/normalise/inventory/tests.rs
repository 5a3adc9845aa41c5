//! One test a source, on small exports. All synthetic.

use super::*;

const ROLE: &str = "AWSManagedServicesDevelopmentRole";

fn read_of(kind: DocumentKind, text: &str) -> InventoryRead {
    read_with_items(kind, text).0
}

fn read_with_items(kind: DocumentKind, text: &str) -> (InventoryRead, Vec<ConfigItem>) {
    let path = ObjectPath::new("export.json");
    let bytes = (100, 100 + text.len() as u64);
    let origin = Origin { path: &path, first_row: 3, bytes, text, account: None };
    let mut items = Vec::new();
    let mut take = |item, raw: Option<&str>| {
        items.push(ConfigItem { configuration: raw.map(configuration), ..item });
    };
    (read(kind, origin, &mut take).expect("an export of settings"), items)
}

fn shown(time: Option<UtcTime>) -> String {
    time.map_or_else(String::new, |time| time.to_string())
}

#[test]
fn roles_and_users_of_authorization_details() {
    let trust = r#"{"Statement":[{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:saml-provider/customer-saml"},"Action":"sts:AssumeRoleWithSAML"},{"Effect":"Deny","Principal":"*"}]}"#;
    let coded = trust.replace('"', "%22").replace('{', "%7B").replace('}', "%7D");
    for (document, created) in [
        (trust.to_owned(), r#""2025-01-10T00:10:00+00:00""#),
        (format!("\"{coded}\""), "1736467800.0"),
        (serde_json::Value::from(trust).to_string(), "1736467800"),
    ] {
        let text = format!(
            r#"{{"UserDetailList":[{{"UserName":"ops","UserId":"AIDA1","Arn":"arn:aws:iam::111122223333:user/ops","CreateDate":{created}}}],
              "RoleDetailList":[{{"RoleName":"{ROLE}","RoleId":"AROA1","Arn":"arn:aws:iam::111122223333:role/p/{ROLE}","CreateDate":{created},
              "AssumeRolePolicyDocument":{document},"PermissionsBoundary":{{"PermissionsBoundaryArn":"arn:aws:iam::111122223333:policy/b"}},
              "RoleLastUsed":{{"LastUsedDate":"2025-01-11T00:00:00Z","Region":"eu-west-1"}}}},5,{{"Arn":"x"}}]}}"#
        );
        let read = read_of(DocumentKind::IamAuthorizationDetails, &text);
        assert_eq!((read.rows, read.rejected.len()), (4, 2), "{:?}", read.rejected);
        let role = &read.inventory.roles[0];
        assert_eq!((&*role.name, role.role_id.as_deref()), (ROLE, Some("AROA1")));
        assert_eq!(shown(role.created_at), "2025-01-10T00:10:00Z");
        assert_eq!(shown(role.last_used_at), "2025-01-11T00:00:00Z");
        assert_eq!(role.boundary.as_deref(), Some("arn:aws:iam::111122223333:policy/b"));
        let trusted: Vec<&str> = role.trusted.iter().map(|one| &**one).collect();
        assert_eq!(trusted, ["arn:aws:iam::111122223333:saml-provider/customer-saml"]);
        assert_eq!(role.evidence.record, 3);
        let (start, end) = (role.evidence.start as usize - 100, role.evidence.end as usize - 100);
        assert!(text[start..end].starts_with(r#"{"RoleName""#) && text[start..end].ends_with('}'));
        assert_eq!(read.inventory.users[0].evidence.record, 6);
        assert_eq!(read.inventory.agreed_account().as_ref().map(AccountId::as_str), Some("111122223333"));
    }
}

#[test]
fn roles_of_get_role_and_list_roles() {
    let role = format!(
        r#"{{"RoleName":"{ROLE}","Arn":"arn:aws:iam::111122223333:role/{ROLE}","CreateDate":"2025-01-10T00:10:00Z"}}"#
    );
    for text in [format!(r#"{{"Role":{role}}}"#), format!(r#"{{"Roles":[{role}],"IsTruncated":false}}"#)] {
        let read = read_of(DocumentKind::IamRoles, &text);
        assert_eq!((read.rows, read.inventory.roles.len()), (1, 1));
    }
    let broken = format!(r#"{{"Role":{}}}"#, role.replace("2025-01-10T00:10:00Z", "soon"));
    assert_eq!(read_of(DocumentKind::IamRoles, &broken).rejected.len(), 1);
}

#[test]
fn users_of_a_credential_report_plain_and_in_base64() {
    let csv = "user,arn,user_creation_time,password_enabled,password_last_used,mfa_active,access_key_1_active,access_key_1_last_used_date,access_key_2_active,access_key_2_last_used_date\n\
        <root_account>,arn:aws:iam::111122223333:root,2020-01-01T00:00:00+00:00,not_supported,no_information,true,false,N/A,false,N/A\n\
        \"ops,night\",arn:aws:iam::111122223333:user/ops,2021-01-01T00:00:00+00:00,true,2025-01-02T00:00:00+00:00,false,true,2025-01-03T00:00:00+00:00,false,N/A\n\
        cut,arn:aws\n";
    let coded = base64(csv.as_bytes());
    for text in [csv.to_owned(), format!(r#"{{"Content":"{coded}","ReportFormat":"text/csv"}}"#)] {
        let read = read_of(DocumentKind::CredentialReport, &text);
        assert_eq!((read.rows, read.rejected.len()), (3, 1));
        let [root, ops] = read.inventory.users.as_slice() else { panic!("two users") };
        assert_eq!((&*root.name, root.mfa_active, root.access_keys.len()), ("<root_account>", Some(true), 0));
        assert_eq!(
            (&*ops.name, shown(ops.password_last_used).as_str()),
            ("ops,night", "2025-01-02T00:00:00Z")
        );
        assert_eq!(shown(ops.access_keys[0].1), "2025-01-03T00:00:00Z");
    }
    assert_eq!(read_of(DocumentKind::CredentialReport, r#"{"Content":"!"}"#).rejected.len(), 1);
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = (0..3).fold(0u32, |bits, at| bits << 8 | u32::from(*chunk.get(at).unwrap_or(&0)));
        for place in 0..4 {
            let letter = ALPHABET[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

#[test]
fn versioning_of_a_bucket_lies_beside_its_configuration() {
    let of = |part: &str| {
        let text = format!(
            r#"{{"configurationItems":[{{"resourceType":"AWS::S3::Bucket","resourceId":"b","supplementaryConfiguration":{part}}}]}}"#
        );
        let (_, items) = read_with_items(DocumentKind::ConfigItems, &text);
        items[0].versioning.as_deref().map(str::to_owned)
    };
    let enabled = Some("Enabled".to_owned());
    assert_eq!(
        of(r#"{"BucketVersioningConfiguration":{"status":"Enabled","isMfaDeleteEnabled":null}}"#),
        enabled
    );
    assert_eq!(of(r#"{"BucketVersioningConfiguration":"{\"status\":\"Enabled\"}"}"#), enabled);
    for nothing in ["{}", "null", "[]", r#"{"BucketVersioningConfiguration":"{\"sta"}"#] {
        assert_eq!(of(nothing), None, "{nothing}");
    }
}

#[test]
fn items_of_config_with_secrets_out_and_bounded() {
    let long = "x".repeat(5000);
    let text = format!(
        r#"{{"fileVersion":"1.0","configurationItems":[
        {{"resourceType":"AWS::Lambda::Function","resourceId":"f","ARN":"arn:aws:lambda:eu-west-1:111122223333:function:f","awsAccountId":"111122223333","awsRegion":"eu-west-1","configurationItemStatus":"OK","configurationItemCaptureTime":"2025-01-10T00:00:00.000Z","configuration":{{"environment":{{"DB_PASSWORD":"hunter2"}},
        "long":"{long}"}}}},
        {{"resourceType":"AWS::EC2::Volume","resourceId":"vol-1","accountId":"111122223333","configurationItemStatus":"ResourceDiscovered","configurationItemCaptureTime":1736467800.5,"configuration":"{{\"size\":8,\"masterPassword\":\"hunter2\"}}"}},
        {{"resourceType":"AWS::IAM::Role","resourceId":"AROA1","resourceName":"{ROLE}","awsAccountId":"111122223333","configurationItemStatus":"ResourceDeleted","configurationItemCaptureTime":"2025-01-11T00:00:00Z","configuration":null}},
        {{"resourceType":"AWS::IAM::Role","resourceId":"AROA2","resourceName":"R","awsAccountId":"111122223333","configurationItemStatus":"OK","configurationItemCaptureTime":"2025-01-11T00:00:00Z","resourceCreationTime":"2025-01-09T00:00:00Z","configuration":{{"assumeRolePolicyDocument":"%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%22%2A%22%7D%7D"}}}},
        {{"resourceId":"nothing"}}]}}"#
    );
    let (read, items) = read_with_items(DocumentKind::ConfigItems, &text);
    assert_eq!((read.rows, read.rejected.len()), (5, 1));
    let [function, volume, role, _] = items.as_slice() else { panic!("four items") };
    let kept = function.configuration.as_deref().expect("a configuration");
    assert!(kept.starts_with(r#"{"environment":{"DB_PASSWORD":"REDACTED"},"long":"xxx"#), "{kept}");
    assert!(kept.ends_with("xx […]") && kept.chars().count() == 2004);
    assert_eq!(volume.configuration.as_deref(), Some(r#"{"size":8,"masterPassword":"REDACTED"}"#));
    assert_eq!(shown(volume.captured_at), "2025-01-10T00:10:00Z");
    assert!(role.deleted && role.configuration.is_none());
    let [gone, there] = read.inventory.roles.as_slice() else { panic!("two roles") };
    assert_eq!((&*gone.name, shown(gone.gone_by).as_str()), (ROLE, "2025-01-11T00:00:00Z"));
    assert_eq!((there.seen_at, shown(there.created_at).as_str()), (gone.gone_by, "2025-01-09T00:00:00Z"));
    assert!(there.trusted.contains("*"));
}

#[test]
fn settings_of_trails() {
    let arn = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/t";
    let row = format!(
        r#"{{"Name":"t","TrailARN":"{arn}","S3BucketName":"b","IsMultiRegionTrail":true,"LogFileValidationEnabled":false,"HasCustomEventSelectors":false}}"#
    );
    for text in [format!(r#"{{"trailList":[{row}]}}"#), format!(r#"{{"Trail":{row}}}"#)] {
        let read = read_of(DocumentKind::TrailDescription, &text);
        let trail = &read.inventory.trails[0];
        assert_eq!((trail.multi_region, trail.log_file_validation), (Some(true), Some(false)));
        assert_eq!((trail.data_events, trail.trail.as_deref()), (Some(false), Some(arn)));
    }
    let custom = row.replace(r#""HasCustomEventSelectors":false"#, r#""HasCustomEventSelectors":true"#);
    let read = read_of(DocumentKind::TrailDescription, &format!(r#"{{"Trail":{custom}}}"#));
    assert_eq!(read.inventory.trails[0].data_events, None);
    let cases = [
        (r#""EventSelectors":[{"ReadWriteType":"All","DataResources":[]}]"#, false, 0),
        (
            r#""EventSelectors":[{"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3"]}]}]"#,
            true,
            1,
        ),
        (
            r#""AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]}]"#,
            false,
            0,
        ),
        (
            r#""AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::DynamoDB::Table"]}]}]"#,
            true,
            1,
        ),
    ];
    for (selectors, on, types) in cases {
        let read = read_of(DocumentKind::EventSelectors, &format!(r#"{{"TrailARN":"{arn}",{selectors}}}"#));
        let trail = &read.inventory.trails[0];
        assert_eq!((trail.data_events, trail.data_types.len()), (Some(on), types), "{selectors}");
    }
    let read = read_of(DocumentKind::TrailStatus, r#"{"IsLogging":false,"LatestDeliveryTime":1}"#);
    assert_eq!(read.inventory.trails[0].logging, Some(false));
}

#[test]
fn accounts_of_an_organization() {
    let text = r#"{"Accounts":[{"Id":"111122223333","Arn":"arn:aws:organizations::999999999999:account/o-1/111122223333","Name":"shop","Status":"ACTIVE"},{"Id":"1"}]}"#;
    let read = read_of(DocumentKind::OrganizationAccounts, text);
    assert_eq!((read.rows, read.rejected.len()), (2, 1));
    assert_eq!(read.inventory.accounts[0].name.as_deref(), Some("shop"));
    assert_eq!(read.inventory.agreed_account(), None);
}

#[test]
fn no_cut_makes_it_panic() {
    let text = r#"{"Accounts":[{"Id":"111122223333"}],"RoleDetailList":[{"AssumeRolePolicyDocument":"%7B%","Arn":"a"}],"Content":"aGk","trailList":[{}],"configurationItems":[{"resourceType":"x","configuration":"{\"a"}]}"#;
    let kinds = [
        DocumentKind::IamAuthorizationDetails,
        DocumentKind::IamRoles,
        DocumentKind::CredentialReport,
        DocumentKind::ConfigItems,
        DocumentKind::TrailDescription,
        DocumentKind::TrailStatus,
        DocumentKind::EventSelectors,
        DocumentKind::OrganizationAccounts,
    ];
    for kind in kinds {
        for end in 0..=text.len() {
            let read = read_of(kind, &text[..end]);
            assert!(read.rejected.len() as u64 <= read.rows);
        }
    }
}
