//! Roles, modes and change types.

use super::*;

#[test]
fn roles_are_told_by_the_last_segment_and_case_and_prefix_matter() {
    let catalogue = Catalogue::builtin();
    let cases = [
        ("AWSManagedServicesDevelopmentRole", Some("developer")),
        ("acme-AWSManagedServicesDevelopmentRole", Some("developer")),
        ("customer_developer_role", Some("developer")),
        ("AWSManagedServicesUpdateRole", Some("direct_change")),
        ("AWSManagedServicesCloudFormationAdminRole", Some("direct_change")),
        ("arn:aws:iam::111122223333:role/AWSManagedServicesDevelopmentRole", Some("developer")),
        ("arn:aws:iam::111122223333:role/team/a/customer_developer_role", Some("developer")),
        ("arn:aws:sts::111122223333:assumed-role/AWSManagedServicesUpdateRole/alice", Some("direct_change")),
        ("arn:aws:sts::111122223333:assumed-role/other/AWSManagedServicesUpdateRole", None),
        ("AWSManagedServicesDevelopmentRoleAudit", None),
        ("acme-AWSManagedServicesDevelopmentRoleAudit", None),
        ("-AWSManagedServicesDevelopmentRole", None),
        ("acmeAWSManagedServicesDevelopmentRole", None),
        ("acme-customer_developer_role", None),
        ("acme-AWSManagedServicesUpdateRole", None),
        ("awsmanagedservicesdevelopmentrole", None),
        ("AWSManagedServicesDevelopmentRolePermissionsBoundary", None),
        ("", None),
    ];
    for (role, expected) in cases {
        let found = catalogue.mode_of_role(role).map(|found| found.mode.name.as_str());
        assert_eq!(found, expected, "{role}");
    }
    let zone = catalogue.mode_of_role("customer_developer_role").and_then(|found| found.role.landing_zone);
    assert_eq!(zone, Some("salz"));
    assert_eq!(catalogue.role_name_patterns().len(), 4);
}

#[test]
fn change_types_tell_action_mode_and_target() {
    let catalogue = Catalogue::builtin();
    let enable = catalogue.change_type("ct-1opjmhuddw194").expect("listed");
    assert_eq!(enable.action, RfcAction::EnableMode);
    assert_eq!(enable.mode.as_ref().map(|mode| mode.as_str()), Some("developer"));
    assert_eq!(enable.target, Target::Parameter("ApplicationAccountId".to_owned()));
    assert_eq!((enable.automation, enable.inferred), (Some(Automation::Automated), false));
    assert_eq!(enable.landing_zone, Some("malz"));
    let direct = catalogue.change_type("ct-3rd4781c2nnhp").expect("listed");
    assert_eq!(direct.mode.as_ref().map(|mode| mode.as_str()), Some("direct_change"));
    assert_eq!(direct.target, Target::Own);
    let created = catalogue.change_type("ct-38xcr0q86k9lh").expect("listed");
    assert_eq!((created.action, &created.target), (RfcAction::EnableMode, &Target::Unknown));
    let terminate = catalogue.change_type("ct-3dfubbpesm2v9").expect("listed");
    assert_eq!((terminate.action, terminate.inferred), (RfcAction::Destructive, false));
    let deregister = catalogue.change_type("ct-26vhhlj9jmlpf").expect("listed");
    assert_eq!((deregister.automation, deregister.inferred), (Some(Automation::Automated), true));
    let grant = catalogue.change_type("ct-1dmlg9g1l91h6").expect("listed");
    assert_eq!(grant.action, RfcAction::Privilege);
    assert!(catalogue.change_type("ct-0000000000000").is_none());
}

#[test]
fn both_files_name_the_same_enabling_change_types() {
    let listed = change_type::parse(CHANGE_TYPES).expect("the embedded table is sound");
    let catalogue = Catalogue::builtin();
    for (id, change_type) in listed {
        let mode = catalogue.modes().iter().find(|mode| mode.change_types.iter().any(|ct| ct.as_str() == id));
        assert_eq!(change_type.mode, mode.map(|mode| mode.name.clone()), "{id}");
        assert_eq!(change_type.action == RfcAction::EnableMode, mode.is_some(), "{id}");
    }
}

#[test]
fn direct_change_roles_come_together_and_developer_boundaries_are_known() {
    let catalogue = Catalogue::builtin();
    let together: Vec<bool> = catalogue.modes().iter().map(|mode| mode.roles_together).collect();
    assert_eq!(together, [false, true]);
    assert_eq!(catalogue.modes()[0].boundaries.len(), 2);
}

#[test]
fn a_users_file_adds_modes_and_roles() {
    let text = "[[mode]]\nname = \"break_glass\"\nchange_types = [\"ct-0000000000001\"]\n\
                [[mode.role]]\nname = \"EmergencyAdmin\"\nprefixed = true\n\
                [[mode]]\nname = \"developer\"\n[[mode.role]]\nname = \"acme_dev\"\nlanding_zone = \"malz\"\n";
    let catalogue = Catalogue::builtin().with_modes(text).expect("a sound file");
    let mode_of = |role: &str| catalogue.mode_of_role(role).map(|found| found.mode.name.as_str());
    assert_eq!(mode_of("eu-EmergencyAdmin"), Some("break_glass"));
    assert_eq!(mode_of("acme_dev"), Some("developer"));
    assert_eq!(mode_of("AWSManagedServicesDevelopmentRole"), Some("developer"));
    let change_type = catalogue.change_type("ct-0000000000001").expect("named by the file");
    assert_eq!(change_type.action, RfcAction::EnableMode);
    assert_ne!(catalogue.sha256(), Catalogue::builtin().sha256());
}

#[test]
fn a_wrong_users_file_is_refused_with_its_line() {
    let role = "[[mode.role]]\nname = \"X\"\n";
    let cases = [
        ("[[mode]]\nname = \"a\"\ncolour = 1\n", 3, "unknown field"),
        ("[[mode]]\nname = \"a\n", 2, ""),
        ("[[mode]]\nname = \"Big\"\n", 2, "no mode name"),
        ("[[mode]]\nname = \"none\"\n", 2, "means no mode"),
        ("[[mode]]\nname = \"a\"\n", 2, "no role"),
        ("[[mode]]\nname = \"a\"\n[[mode.role]]\nname = \"\"\n", 4, "no name"),
        ("[[mode]]\nname = \"a\"\n[[mode.role]]\nname = \"p/r\"\n", 4, "no name"),
        ("[[mode]]\nname = \"a\"\n[[mode.role]]\nname = \"r*\"\n", 4, "no name"),
        ("[[mode]]\nname = \"a\"\n[[mode.role]]\nlanding_zone = \"malz\"\n", 3, "missing field"),
        ("[[mode]]\nname = \"a\"\n[[mode.role]]\nname = \"r\"\nlanding_zone = \"x\"\n", 5, "landing zone"),
        ("[[mode]]\nname = \"a\"\nchange_types = [\"ct-1\"]\nROLE", 3, "no change type id"),
        ("[[mode]]\nname = \"a\"\nchange_types = [\"ct-1opjmhuddw194\"]\nROLE", 3, "already listed"),
        ("[[mode]]\nname = \"a\"\nROLE[[mode]]\nname = \"a\"\nROLE", 6, "stands twice"),
        ("[[mode]]\nname = \"a\"\nROLEROLE", 6, "already listed"),
        ("[[mode]]\nname = \"a\"\n[[mode.role]]\nname = \"customer_developer_role\"\n", 4, "already listed"),
    ];
    for (text, line, expected) in cases {
        let text = text.replace("ROLE", role);
        let fault = Catalogue::builtin().with_modes(&text).expect_err(&text);
        assert_eq!(fault.line, Some(line), "{text}\n{fault}");
        assert!(fault.message.contains(expected), "{text}\n{fault}");
    }
    assert!(Catalogue::builtin().with_modes("").is_err(), "a file without modes says nothing");
}
