//! Settings of groups, accounts and gateways, and questions about them.

use super::super::fixture::{MINUTE, NOW, REQUEST, SUPPORT, desk, failure, form, key, typed};
use super::{Scene, change, over, with_demo};
use crate::api::{GroupSchedule, SettingField, SettingsPatch};
use crate::console::effect::{GatewayFault, GatewayField, SessionAction};
use crate::console::failure::{CallFailure, FailureKind};
use crate::console::ids::RequestId;
use crate::console::state::{
    ButtonId, ConfirmDialog, EditForm, FieldOrButton, FieldOutcome, FormFocus, FormPhase,
    GatewayFocus, HistoryDialog, HistoryEntry, HistoryPhase, HoursDialog, HoursPhase, Layer,
    Leaving, NewGatewayDialog, NewGatewayPhase, Profile, ProfilesDialog, ProfilesStep, Question,
    RenameDialog, RenamePhase, State,
};

pub const SCENES: &[Scene] = &[
    ("new-gateway", || new_gateway(NewGatewayPhase::Editing)),
    ("new-gateway-failed", || {
        new_gateway(NewGatewayPhase::Failed(GatewayFault {
            field: GatewayField::Address,
            reason: "wa.example.com has no address: the name server knows none; check the spelling, the network and the VPN; a proxy may be needed to get out.".to_owned(),
        }))
    }),
    ("opening-hours", opening_hours),
    ("opening-hours-failed", || {
        let mut state = opening_hours();
        if let Some(Layer::Hours(dialog)) = state.layers.last_mut() {
            dialog.phase = HoursPhase::Failed(failure(
                FailureKind::Other,
                "zone: must be an IANA time zone",
            ));
        }
        state
    }),
    ("history", || history(history_entries())),
    ("history-not-kept", || history(HistoryPhase::NotKept)),
    ("history-empty", || {
        history(HistoryPhase::Read {
            entries: Vec::new(),
            more: false,
        })
    }),
    ("history-failed", || {
        let failure = failure(FailureKind::Other, "the store is locked");
        history(HistoryPhase::Failed(failure))
    }),
    ("edit", || edit(|_| ())),
    ("edit-changed", || edit(change)),
    ("edit-faults", || {
        edit(|form| {
            form.subject = typed(&"Weekend ".repeat(15));
            form.faults = vec![(
                SettingField::Subject,
                "is 119 characters long; at most 100 are allowed".to_owned(),
            )];
        })
    }),
    ("edit-theirs", || {
        edit(|form| {
            change(form);
            form.base.subject = "Sunday Volunteers".to_owned();
            form.changed_elsewhere = vec![SettingField::Subject];
        })
    }),
    ("edit-saving", || {
        edit(|form| {
            change(form);
            form.phase = FormPhase::Saving(REQUEST);
            form.focus = FormFocus::Button(ButtonId::Cancel);
        })
    }),
    ("edit-refused", || {
        edit(|form| {
            change(form);
            form.switches.locked = true;
            form.base.subject = "Weekend Volunteers 2027".to_owned();
            let refusal = failure(FailureKind::NotAdmin, "you are no longer an admin");
            form.phase = FormPhase::Failed(refusal.clone());
            form.focus = FormFocus::Button(ButtonId::Save);
            form.outcomes = vec![
                (SettingField::Subject, FieldOutcome::Applied),
                (SettingField::Announce, FieldOutcome::Refused(refusal)),
                (SettingField::Locked, FieldOutcome::NotAttempted),
            ];
        })
    }),
    ("edit-checking", || {
        edit(|form| {
            change(form);
            form.phase = FormPhase::Checking;
            form.focus = FormFocus::Button(ButtonId::Cancel);
        })
    }),
    ("edit-lost", || {
        edit(|form| {
            change(form);
            form.switches.locked = true;
            form.base.subject = "Weekend Volunteers 2027".to_owned();
            let says = "The answer was lost. The gateway says: subject is now “Weekend Volunteers 2027”: applied, announce is off: not applied, nothing about locked.";
            form.phase = FormPhase::Failed(CallFailure::lost_answer(says, false));
            form.focus = FormFocus::Button(ButtonId::Save);
            form.outcomes = vec![
                (SettingField::Subject, FieldOutcome::Applied),
                (SettingField::Announce, FieldOutcome::NotApplied),
                (SettingField::Locked, FieldOutcome::Unknown),
            ];
        })
    }),
    ("edit-leave", || {
        edit(|form| {
            change(form);
            form.phase = FormPhase::AskLeave;
            form.focus = FormFocus::Button(ButtonId::KeepEditing);
        })
    }),
    ("confirm-logout", || {
        over(Layer::Confirm(ConfirmDialog {
            question: Question::Act {
                session: SUPPORT.to_owned(),
                label: "Support line".to_owned(),
                action: SessionAction::Logout,
            },
            focus: ButtonId::Cancel,
            held: None,
        }))
    }),
    ("confirm-stop", || ask(SUPPORT, SessionAction::Stop)),
    ("confirm-restart", || {
        ask("01JAKARTA", SessionAction::Restart)
    }),
    ("confirm-remove", || {
        over(Layer::Confirm(ConfirmDialog {
            question: Question::Remove {
                session: SUPPORT.to_owned(),
                label: "Support line".to_owned(),
            },
            focus: ButtonId::Cancel,
            held: None,
        }))
    }),
    ("rename", || rename(|_| ())),
    ("rename-impossible", || {
        rename(|dialog| {
            dialog.phase = RenamePhase::Impossible;
            dialog.focus = FieldOrButton::Button(ButtonId::Close);
        })
    }),
    ("confirm-quit", || {
        over(Layer::Confirm(ConfirmDialog {
            question: Question::Leave {
                then: Leaving::Quit,
                losses: vec![
                    "A change is still being sent: what becomes of it".to_owned(),
                    "Weekend Volunteers: subject as typed, not saved".to_owned(),
                ],
            },
            focus: ButtonId::Cancel,
            held: None,
        }))
    }),
    ("profiles", || over_profiles(ProfilesStep::Choosing)),
    ("profiles-asking", || {
        over_profiles(ProfilesStep::TypingToken("wa_0123456789".to_owned()))
    }),
    ("profiles-knocking", || {
        over_profiles(ProfilesStep::Connecting(REQUEST))
    }),
    ("profiles-failed", || {
        over_profiles(ProfilesStep::Failed(
            "the gateway cannot be reached: Connection refused (os error 111)".to_owned(),
        ))
    }),
];

/// The dialog over a card that shows the same hours.
fn opening_hours() -> State {
    let mut state = desk();
    let rules = ["mon-fri 08:00-22:00", "sat,sun 10:00-02:00"];
    let schedule = GroupSchedule {
        zone: Some("Europe/Berlin".to_owned()),
        rules: rules.iter().map(|rule| rule.parse().unwrap()).collect(),
        is_open: Some(true),
        next_change_at: Some(NOW + 125 * MINUTE),
        last_outcome: None,
        zone_unknown: false,
    };
    let card = state.card.as_mut().unwrap();
    let mut dialog = HoursDialog::reading(card.key.clone(), "Choir".to_owned(), RequestId(1));
    dialog.fill(&schedule, "UTC");
    card.schedule = Some(schedule);
    state.layers.push(Layer::Hours(Box::new(dialog)));
    state
}

fn history(phase: HistoryPhase) -> State {
    over(Layer::History(HistoryDialog {
        key: key("volunteers"),
        cursor: 1,
        phase,
    }))
}

fn history_entries() -> HistoryPhase {
    let entry = |minutes: i64, who: &str, what: &str| HistoryEntry {
        at: NOW - minutes * MINUTE,
        who: who.to_owned(),
        session: Some("Support line".to_owned()),
        what: what.to_owned(),
        ..HistoryEntry::default()
    };
    let change =
        |field, before: &str, after: &str| (field, Some(before.to_owned()), Some(after.to_owned()));
    let entries = vec![
        entry(2, "this desk", "link reset"),
        HistoryEntry {
            id: Some("key:01JD5Q8Z4YV6T3N2M1K0H9G8F7".to_owned()),
            changes: vec![
                change(
                    SettingField::Subject,
                    "“Weekend Volunteers of the neighbourhood”",
                    "“Weekend Volunteers”",
                ),
                change(SettingField::Announce, "off", "on"),
            ],
            former: SettingsPatch {
                subject: Some("Weekend Volunteers of the neighbourhood".to_owned()),
                announce: Some(false),
                ..SettingsPatch::default()
            },
            ..entry(90, "Jakarta office", "subject, announce")
        },
        HistoryEntry {
            refused: Some("not_admin".to_owned()),
            ..entry(4_000, "東京オフィスの受付端末とその予備機", "settings")
        },
        entry(90_000, "0190-ana", "3 members added"),
    ];
    HistoryPhase::Read {
        entries,
        more: false,
    }
}

fn edit(change: impl Fn(&mut EditForm)) -> State {
    let mut form = form();
    change(&mut form);
    over(Layer::Form(Box::new(form)))
}

fn ask(session: &str, action: SessionAction) -> State {
    let label = desk().session_name(session);
    over(Layer::Confirm(ConfirmDialog {
        question: Question::Act {
            session: session.to_owned(),
            label,
            action,
        },
        focus: ButtonId::Cancel,
        held: None,
    }))
}

fn rename(change: impl Fn(&mut RenameDialog)) -> State {
    let mut dialog = RenameDialog::new(SUPPORT.to_owned(), "Support line".to_owned());
    change(&mut dialog);
    over(Layer::Rename(Box::new(dialog)))
}

fn new_gateway(phase: NewGatewayPhase) -> State {
    let mut state = with_demo();
    let mut dialog = NewGatewayDialog::new();
    dialog.name = typed("work");
    dialog.address = typed("https://wa.example.com");
    dialog.token = "wa_secret".to_owned();
    dialog.focus = GatewayFocus::Field(GatewayField::Address);
    dialog.phase = phase;
    state.layers.push(Layer::NewGateway(Box::new(dialog)));
    state
}

/// The list of profiles, with the second one selected.
fn over_profiles(step: ProfilesStep) -> State {
    let mut state = over(Layer::Profiles(ProfilesDialog { cursor: 1, step }));
    let profile = |name: &str, address: &str| Profile {
        name: name.to_owned(),
        address: address.to_owned(),
        session_ids: Vec::new(),
        prompts: false,
        known: false,
        is_demo: false,
        flood_joins: 0,
    };
    state.options.profiles = vec![
        profile("demo", "a simulated world in this process"),
        profile("work", "https://wa.example.com"),
        profile("東京", "https://gateway.tokyo.example.com:8443/whatsapp"),
    ];
    state
}
