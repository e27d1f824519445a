//! What an operator has set for all who write by SMS: one row.

use super::keys;
use super::store::Model;
use crate::log::{Fault, Rows};
use crate::rules::service::{Fact, ServiceSet};
use crate::wire::{from_msgpack, to_msgpack};

pub(super) fn take(rows: &mut Rows, fact: &Fact) -> Result<(), Fault> {
    let Fact::ServiceSet(ServiceSet { keywords, language, texts }) = fact;
    let row = rows.get(&keys::service())?;
    let mut service: ServiceSet = row.map(|row| read(&row)).transpose()?.unwrap_or_default();
    service.keywords = keywords.or(service.keywords);
    service.language = language.or(service.language);
    service.texts.extend(texts.clone());
    rows.put(keys::service(), to_msgpack(&service));
    Ok(())
}

impl Model {
    pub(in crate::query) fn service(&self) -> Result<ServiceSet, Fault> {
        let row = self.projection.get(keys::service())?;
        row.map_or_else(|| Ok(ServiceSet::default()), |row| read(&row))
    }
}

fn read(row: &[u8]) -> Result<ServiceSet, Fault> {
    from_msgpack(row).map_err(|why| Fault::torn().because(why))
}
