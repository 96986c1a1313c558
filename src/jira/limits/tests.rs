use super::*;

const TENANT: TenantId = TenantId::from_bytes([1; 16]);
const OTHER: TenantId = TenantId::from_bytes([2; 16]);
const ISSUE: IssueId = IssueId::new(10_001);
/// A quarter past some hour.
const NOW: Instant = Instant::from_seconds(1_000_000 * 3600 + 900);

fn read(endpoint: &'static str) -> Ask {
    Ask {
        endpoint,
        writes: None,
        points: 1,
        spare: false,
    }
}

fn write(issue: IssueId) -> Ask {
    Ask {
        writes: Some(issue),
        ..read("POST comment")
    }
}

fn refusal(reason: Option<Reason>, seconds: Option<u64>) -> Observed {
    Observed {
        status: 429,
        reason,
        retry_after: seconds.map(Duration::from_secs),
        ..Observed::default()
    }
}

fn after(seconds: u64) -> Instant {
    NOW + Duration::from_secs(seconds)
}

/// What each kind of 429 on a write to `ISSUE` holds back: the same call, another endpoint, a
/// write to another issue, another tenant.
#[test]
fn a_refusal_holds_back_what_its_reason_names_and_no_more() {
    let cases = [
        (Some(Reason::Quota), [true, true, true, false]),
        (Some(Reason::Burst), [true, false, true, false]),
        (Some(Reason::PerIssue), [true, false, false, false]),
        (None, [true, false, true, false]),
    ];
    for (reason, expected) in cases {
        let mut limits = Limits::new(1000);
        let seen = refusal(reason, Some(10));
        let until = limits.observe(TENANT, &write(ISSUE), &seen, 0, NOW);
        assert_eq!(until, Some(after(10)), "{reason:?}");
        let asked = [
            (TENANT, write(ISSUE)),
            (TENANT, read("GET issue")),
            (TENANT, write(IssueId::new(10_002))),
            (OTHER, write(ISSUE)),
        ];
        let held = asked.map(|(tenant, ask)| limits.admit(tenant, &ask, after(9)).is_err());
        assert_eq!(held, expected, "{reason:?}");
        let free = asked.map(|(tenant, ask)| limits.admit(tenant, &ask, after(10)).is_ok());
        assert_eq!(free, [true; 4], "{reason:?}");
    }
}

#[test]
fn a_quota_waits_for_its_reset_and_never_longer_than_an_hour() {
    let cases = [
        (Some(30), Some(after(1200)), after(1200)),
        (Some(1800), Some(after(1200)), after(1800)),
        (None, Some(after(2700)), after(2700)),
        (Some(86_400), None, after(3600)),
        (Some(30), Some(Instant::EPOCH), after(30)),
    ];
    for (retry_after, reset, expected) in cases {
        let mut limits = Limits::new(1000);
        let seen = Observed {
            reset,
            ..refusal(Some(Reason::Quota), retry_after)
        };
        let until = limits.observe(TENANT, &read("GET issue"), &seen, 0, NOW);
        assert_eq!(until, Some(expected), "{retry_after:?} {reset:?}");
    }
}

#[test]
fn jitter_only_lengthens_a_wait() {
    for (jitter, millis) in [(0, 10_000), (150, 11_500), (300, 13_000), (9999, 13_000)] {
        let mut limits = Limits::new(1000);
        let seen = refusal(Some(Reason::Burst), Some(10));
        let until = limits.observe(TENANT, &read("GET issue"), &seen, jitter, NOW);
        assert_eq!(until, Some(NOW + Duration::from_millis(millis)));
    }
}

#[test]
fn refusals_without_a_time_wait_twice_as_long_each_until_a_success() {
    let mut limits = Limits::new(1000);
    let ask = read("GET issue");
    let seen = refusal(None, None);
    let mut now = NOW;
    for expected in [2, 4, 8, 16, 30, 30] {
        let until = limits.observe(TENANT, &ask, &seen, 0, now).unwrap();
        assert_eq!(until.since(now), Duration::from_secs(expected));
        now = until;
    }
    let fine = Observed {
        status: 200,
        ..Observed::default()
    };
    assert_eq!(limits.observe(TENANT, &ask, &fine, 0, now), None);
    let until = limits.observe(TENANT, &ask, &seen, 0, now).unwrap();
    assert_eq!(until.since(now), Duration::from_secs(2));
}

#[test]
fn only_503_with_a_time_asks_to_wait() {
    let cases = [
        (503, Some(5), Some(after(5))),
        (503, None, None),
        (500, Some(5), None),
    ];
    for (status, seconds, expected) in cases {
        let mut limits = Limits::new(1000);
        let seen = Observed {
            status,
            ..refusal(None, seconds)
        };
        let ask = read("GET issue");
        assert_eq!(limits.observe(TENANT, &ask, &seen, 0, NOW), expected);
    }
}

/// Whatever instants writes are tried at, no window of 2 s holds more than 20 of those let
/// through and none of 30 s more than 100; and trying at the named instant succeeds.
#[test]
fn writes_to_an_issue_are_spaced() {
    for step in [0, 20, 70, 130, 290, 310, 1000] {
        let mut limits = Limits::new(1_000_000);
        let mut now = NOW;
        let mut sent = Vec::new();
        for _ in 0..400 {
            if let Err(until) = limits.admit(TENANT, &write(ISSUE), now) {
                assert!(until > now);
                now = until;
                limits.admit(TENANT, &write(ISSUE), now).unwrap();
            }
            sent.push(now);
            now = now + Duration::from_millis(step);
        }
        for (most, seconds) in [(20, 2), (100, 30)] {
            for pair in sent.windows(most + 1) {
                assert!(pair[most].since(pair[0]) >= Duration::from_secs(seconds));
            }
        }
    }
}

#[test]
fn a_budget_is_the_tenants_own_and_leaves_the_last_part_to_people() {
    let mut limits = Limits::new(100);
    let spare = Ask {
        spare: true,
        points: 10,
        ..read("POST search")
    };
    let person = Ask {
        points: 10,
        ..read("GET issue")
    };
    for _ in 0..8 {
        limits.admit(TENANT, &spare, NOW).unwrap();
    }
    let next = after(2700);
    assert_eq!(limits.admit(TENANT, &spare, NOW), Err(next));
    for _ in 0..2 {
        limits.admit(TENANT, &person, NOW).unwrap();
    }
    assert_eq!(limits.admit(TENANT, &person, NOW), Err(next));
    limits.admit(OTHER, &person, NOW).unwrap();
    limits.admit(TENANT, &spare, next).unwrap();
}

#[test]
fn near_the_limit_only_spare_work_stays_back() {
    let mut limits = Limits::new(1000);
    let near = Observed {
        status: 200,
        near_limit: true,
        ..Observed::default()
    };
    let ask = read("GET issue");
    assert_eq!(limits.observe(TENANT, &ask, &near, 0, NOW), None);
    let spare = Ask { spare: true, ..ask };
    assert_eq!(limits.admit(TENANT, &spare, NOW), Err(after(60)));
    limits.admit(TENANT, &ask, NOW).unwrap();
    limits.admit(TENANT, &spare, after(60)).unwrap();
}

#[test]
fn what_holds_nothing_back_is_forgotten() {
    let mut limits = Limits::new(1_000_000);
    for n in 0..u64::try_from(3 * ISSUES_KEPT).unwrap() {
        let now = NOW + Duration::from_secs(n);
        limits.admit(TENANT, &write(IssueId::new(n)), now).unwrap();
    }
    assert!(limits.tenants[&TENANT].issues.len() <= ISSUES_KEPT + 1);
    for n in 0..u32::try_from(TENANTS_KEPT).unwrap() + 10 {
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(&n.to_be_bytes());
        let tenant = TenantId::from_bytes(bytes);
        limits.admit(tenant, &read("GET issue"), NOW).unwrap();
    }
    limits
        .admit(TENANT, &read("GET issue"), after(7200))
        .unwrap();
    assert_eq!(limits.tenants.len(), 1);
}
