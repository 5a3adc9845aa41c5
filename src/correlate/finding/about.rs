//! What makes each correlated finding, told for people.
//!
//! Owns: the words of `rules show`: when a claim is made, the case of the tests
//! that makes it, and the near miss that does not. What they say is held by those
//! tests, in `tests` and `sample-logs/cases`; a test here holds the two tables to
//! one another.

/// What makes one correlated finding.
#[derive(Clone, Copy, Debug)]
pub(super) struct About {
    /// The rule, as in the table of correlators.
    pub(super) rule_id: &'static str,
    /// When it is made: sentences.
    pub(super) when: &'static str,
    /// What its tests make it of.
    pub(super) case: &'static str,
    /// What is like it and must not make it.
    pub(super) near_miss: &'static str,
    /// What its facts rest on.
    pub(super) rests_on: &'static str,
}

/// One a correlator, in their order.
pub(super) const ABOUT: [About; 32] = [
    About {
        rule_id: "mode/opened-without-rfc",
        when: "A marker role of a mode was created, the RFC evidence covers that time, and no successful enabling RFC of that mode and account holds it.",
        case: "the role is created between two RFCs of an archive that enable nothing",
        near_miss: "the same without any RFC evidence",
        rests_on: "facts/ams.md 1.1, 2",
    },
    About {
        rule_id: "mode/still-open",
        when: "A window of a mode has no close in the evidence.",
        case: "the role is created and never deleted",
        near_miss: "the role is deleted",
        rests_on: "facts/ams.md 1.1 (no change type removes a mode)",
    },
    About {
        rule_id: "mode/opened-by-automated-change-type",
        when: "The RFC that opened a mode ran by an automated change type, and nobody is known to have approved it.",
        case: "Direct Change mode enabled by its automated change type",
        near_miss: "the same approved by the customer, or a manual change type",
        rests_on: "facts/ams.md 1.1",
    },
    About {
        rule_id: "destroy/irreversible-in-mode",
        when: "A session of a mode, or one that descends from it by a sure link, made succeeded calls that cannot be undone.",
        case: "two volumes deleted by a session of the mode",
        near_miss: "a denied call, and the same call outside any mode",
        rests_on: "facts/cloudtrail.md 6.3",
    },
    About {
        rule_id: "logging/impaired",
        when: "Succeeded calls of the category impair_logging, by one actor with gaps under an hour.",
        case: "a trail stopped twice within a minute: one finding",
        near_miss: "the same denied",
        rests_on: "facts/cloudtrail.md 6.2",
    },
    About {
        rule_id: "recovery/impaired",
        when: "Calls of the category recovery_inhibition, by one actor with gaps under an hour; what was denied or failed stands apart as an attempt. Calls of a service on its own behalf do not count, nor does the deletion of one or two copies outside a mode.",
        case: "three snapshots deleted within a minute: one finding",
        near_miss: "the same by a service on its own behalf, or two snapshots",
        rests_on: "facts/cloudtrail.md 6.2, 6.3",
    },
    About {
        rule_id: "evidence/gap-over-window",
        when: "Days without any object of the window's account lie inside a window.",
        case: "a day of one region without objects while the mode is open",
        near_miss: "a gap of another account, or after the close",
        rests_on: "facts/cloudtrail.md 1.4, 2.1",
    },
    About {
        rule_id: "intent/unprotected-then-destroyed",
        when: "A protection of a thing was set to off or removed, and within 24 hours the same thing was destroyed. Where earlier calls tell that it was off already, nothing is found; where none tells, the claim is less sure.",
        case: "deletion protection of a database off, then the database deleted",
        near_miss: "protection of another thing, more than a day between, or a thing that was made without it",
        rests_on: "facts/cloudtrail.md 6.3",
    },
    About {
        rule_id: "intent/backups-then-data",
        when: "One actor destroyed backups, and within 24 hours data of the same thing, or in a mode of the same service.",
        case: "recovery points, then the table they are of",
        near_miss: "backups of another service, thing, actor or time",
        rests_on: "facts/cloudtrail.md 6.3",
    },
    About {
        rule_id: "intent/blind-then-changed",
        when: "One actor stopped or cut recording, and within 24 hours, before it was restored, destroyed things or changed them in a mode.",
        case: "a trail stopped, then a volume deleted; less sure if a call of the same second started it",
        near_miss: "a recording that was restored, or a call before it stopped",
        rests_on: "facts/cloudtrail.md 6.2",
    },
    About {
        rule_id: "intent/same-call-many-places",
        when: "One actor made the same succeeded destructive call in three regions or accounts within ten minutes.",
        case: "one call in three regions",
        near_miss: "two regions, slow calls, several actors, attempts",
        rests_on: "none: the number and the minutes are a choice of ours",
    },
    About {
        rule_id: "intent/service-new-to-actor",
        when: "A caller that the baseline knows destroyed something in a service that it had not used there.",
        case: "a first call to a service, which destroys",
        near_miss: "a service it had used, or no baseline",
        rests_on: "none: what is new is told from the baseline",
    },
    About {
        rule_id: "mode/one-person",
        when: "The person who asked for a mode also approved it, or used it with nobody's approval; names at the end of ARNs tell persons.",
        case: "one name created and approved the RFC",
        near_miss: "two names",
        rests_on: "facts/ams.md 1.1, 4.2",
    },
    About {
        rule_id: "mode/opened-though-refused",
        when: "A mode opened whose RFC was rejected, canceled or failed.",
        case: "the role is created after its RFC failed",
        near_miss: "an RFC of another account, or one that succeeded",
        rests_on: "facts/ams.md 3.7",
    },
    About {
        rule_id: "mode/unused",
        when: "A mode stayed open for fourteen days, or those of the policy, without use, and every one of these days was read.",
        case: "fifteen read days without a call of the role",
        near_miss: "a day in between that was not read",
        rests_on: "none: the days are a choice of ours",
    },
    About {
        rule_id: "mode/role-changed",
        when: "Trust, policies or boundary of a marker role were changed while its mode was open, other than by its setting up.",
        case: "another policy attached a day after the opening",
        near_miss: "a policy attached by whoever made the role, within the hour",
        rests_on: "facts/ams.md 5 (SCP-AMS-033, 034)",
    },
    About {
        rule_id: "mode/no-boundary",
        when: "A session of a mode made a role or user without the permissions boundary that the mode demands, or took it away.",
        case: "CreateRole without a boundary in Developer mode",
        near_miss: "the same with the boundary, and a mode that demands none",
        rests_on: "facts/ams.md 2.1",
    },
    About {
        rule_id: "destroy/in-bulk",
        when: "One actor destroyed twenty things or more for good in one burst, outside any known mode and RFC; fifty objects or items weigh as one.",
        case: "twenty volumes within twenty minutes",
        near_miss: "nineteen, two actors, or one an hour",
        rests_on: "none: the numbers are a choice of ours",
    },
    About {
        rule_id: "logging/log-objects-deleted",
        when: "Succeeded calls deleted objects under the keys of delivered logs, digests or Config records.",
        case: "DeleteObjectVersion below AWSLogs/…/CloudTrail/",
        near_miss: "logs of a load balancer, and the same denied",
        rests_on: "facts/cloudtrail.md 2, 3.1",
    },
    About {
        rule_id: "logging/log-bucket-weakened",
        when: "A succeeded call sets logs to expire within a year, takes away what protects them, or stops their delivery, in a bucket that calls, exports or folders of the dump tell to be a trail's.",
        case: "a lifecycle of one day on the bucket that CreateTrail names",
        near_miss: "logs kept for a year, keys of other things, and another bucket",
        rests_on: "facts/cloudtrail.md 1.6, 2.1; PCI DSS 4.0.1, 10.5.1",
    },
    About {
        rule_id: "rfc/contradiction",
        when: "Two sources of an RFC that opens a mode or destroys something contradict each other.",
        case: "archive and event differ on the status",
        near_miss: "an RFC that bears on nothing",
        rests_on: "facts/ams.md 3",
    },
    About {
        rule_id: "session/two-places",
        when: "Calls of one session came from two networks in turns within ten minutes: /16 of IPv4, /32 of IPv6.",
        case: "a call from elsewhere between two others",
        near_miss: "calls one after the other, and a workload",
        rests_on: "none: the widths and the minutes are a choice of ours",
    },
    About {
        rule_id: "mode/not-allowed",
        when: "A mode opened in an account where the policy does not allow it.",
        case: "Developer mode in an account that allows Direct Change alone",
        near_miss: "an account that the policy says nothing of",
        rests_on: "the policy",
    },
    About {
        rule_id: "mode/open-too-long",
        when: "A mode was open for longer than the policy, or the tickets that it names, allow.",
        case: "a window of five hours where four are allowed",
        near_miss: "one of three hours",
        rests_on: "the policy",
    },
    About {
        rule_id: "mode/beyond-ticket",
        when: "A mode that tickets authorise was used at a time, or for a call, that none of them allows.",
        case: "a write after the ticket's end",
        near_miss: "a read, an attempt, and a call that the ticket lists",
        rests_on: "the policy and its tickets",
    },
    About {
        rule_id: "rfc/not-an-approver",
        when: "An enabling RFC or ticket was submitted or approved by somebody whom the policy does not name.",
        case: "ApproveRfc by a caller that is no approver of the account",
        near_miss: "an approver, and an unknown caller",
        rests_on: "facts/ams.md 1.1; the policy",
    },
    About {
        rule_id: "destroy/in-freeze",
        when: "Something was destroyed in a change freeze of the policy.",
        case: "a volume deleted in the freeze",
        near_miss: "before and after it, and a service on its own behalf",
        rests_on: "the policy",
    },
    About {
        rule_id: "destroy/outside-hours",
        when: "A person destroyed something outside the business hours of the policy.",
        case: "a volume deleted at night",
        near_miss: "by day in the policy's time zone, and automation",
        rests_on: "the policy",
    },
    About {
        rule_id: "destroy/untrusted-network",
        when: "Something was destroyed from an address outside the trusted networks of the policy.",
        case: "a call from elsewhere",
        near_miss: "a trusted network, and a service's name in place of an address",
        rests_on: "the policy",
    },
    About {
        rule_id: "destroy/protected-resource",
        when: "Something that the policy protects was destroyed.",
        case: "a bucket under a protected name",
        near_miss: "another bucket, and an attempt",
        rests_on: "the policy",
    },
    About {
        rule_id: "destroy/network-new-to-actor",
        when: "A caller that the baseline knows destroyed something from a network that it was not seen from there.",
        case: "a call from a new network",
        near_miss: "a known network, and a caller that the baseline does not know",
        rests_on: "none: what is new is told from the baseline",
    },
    About {
        rule_id: "destroy/actor-new-to-account",
        when: "A caller that the baseline does not know in an account destroyed something there.",
        case: "a caller seen in another account only",
        near_miss: "a caller seen in the account, and a service",
        rests_on: "none: what is new is told from the baseline",
    },
];
