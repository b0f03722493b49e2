//! Opening hours.

use super::{Memory, Outcome};
use crate::gateway::domain::{GroupJid, OrganizationId, SessionId};
use crate::gateway::store::rows::StoredSchedule;
use crate::gateway::store::tables::{ReadSchedules, WriteSchedules};

impl ReadSchedules for Memory {
    fn schedules(&self) -> Outcome<Vec<StoredSchedule>> {
        self.look(|tables| tables.schedules.values().cloned().collect())
    }
}

impl WriteSchedules for Memory {
    fn put_schedule(&mut self, schedule: &StoredSchedule) -> Outcome<bool> {
        self.change(|tables| {
            let owned = tables.owns(&schedule.organization, &schedule.session);
            if owned {
                let key = (schedule.session.to_string(), schedule.group.to_string());
                tables.schedules.insert(key, schedule.clone());
            }
            owned
        })
    }

    fn delete_schedule(
        &mut self,
        organization: &OrganizationId,
        session: &SessionId,
        group: &GroupJid,
    ) -> Outcome<bool> {
        self.change(|tables| {
            let key = (session.to_string(), group.to_string());
            tables.owns(organization, session) && tables.schedules.remove(&key).is_some()
        })
    }
}
