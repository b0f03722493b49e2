//! Until `update` lands.
use crate::api::SettingField;
use crate::console::failure::Failure;
use crate::console::state::{Blank, EditForm, GroupKey, State};

pub fn changes(form: &EditForm) -> Vec<SettingField> {
    let typed = form.typed();
    SettingField::ALL
        .into_iter()
        .filter(|field| match field {
            SettingField::Subject => typed.subject.trim() != form.base.subject.trim(),
            SettingField::Description => typed.description != form.base.description,
            SettingField::Announce => typed.announce != form.base.announce,
            SettingField::Locked => typed.locked != form.base.locked,
        })
        .collect()
}
pub fn sentence(_state: &State, failure: &Failure, _group: Option<&GroupKey>) -> String {
    failure.message.clone()
}
pub fn in_full(_state: &State, failure: &Failure) -> String {
    failure.message.clone()
}
pub fn blank_sentence(_state: &State, _key: &GroupKey, blank: &Blank) -> String {
    match blank {
        Blank::Reset => "The link was reset, so the old one is dead. The new one is asked for.".to_owned(),
        Blank::Failed(failure) => failure.message.clone(),
        _ => "This account is not an admin of the group. Ask one of the group's admins to make it one.".to_owned(),
    }
}
