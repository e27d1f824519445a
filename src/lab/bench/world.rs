//! The Homing that is measured: all of it, in this process, with a nats-server and a data folder of its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::report::Machine;
use crate::cli::client::Client;
use crate::cli::output::{Failure, Output};
use crate::cli::roles::{Role, RoleSettings, Running};
use crate::gate;
use crate::log::{Log, NatsUrl};
use crate::rules::Command;
use crate::rules::identity::{LimitChanges, Register, SetUser};
use crate::rules::presence::{DeviceClass, Encoding, Online};
use crate::server::{self, Keys, Managed, ServerOptions, Sync};
use crate::sms;
use crate::words::{Access, DeviceName, Span, UserName};

pub(super) struct World {
    data: PathBuf,
    server: Managed,
    /// As Homing's own roles come to it.
    own: NatsUrl,
    running: Option<Running>,
    settings: RoleSettings,
    /// The hash of everybody's password, where there is a gate: to make one for each would take minutes.
    secret: Option<String>,
}

/// Everybody's, where there is a gate.
pub(super) const PASSWORD: &str = "of everybody here";

impl World {
    pub(super) async fn start(
        data: &Path,
        sync: Sync,
        roles: &[Role],
        sms: sms::Settings,
        output: Output,
    ) -> Result<World, Failure> {
        World::behind(data, None, sync, roles, sms, output).await
    }

    /// With the gate before it.
    pub(super) async fn gated(
        data: &Path,
        sync: Sync,
        roles: &[Role],
        output: Output,
    ) -> Result<World, Failure> {
        let keys = Arc::new(Keys::of(data)?);
        let (roles, secret) = ([roles, &[Role::Gate]].concat(), Some(gate::hash(PASSWORD)?));
        let mut world =
            World::behind(data, Some(keys), sync, &roles, sms::Settings::default(), output).await?;
        world.secret = secret;
        if let Some(running) = &mut world.running {
            running.ready(&world.own, &roles).await?;
        }
        Ok(world)
    }

    async fn behind(
        data: &Path,
        keys: Option<Arc<Keys>>,
        sync: Sync,
        roles: &[Role],
        sms: sms::Settings,
        output: Output,
    ) -> Result<World, Failure> {
        let launcher = std::env::current_exe()
            .map_err(|error| Failure::failed(format!("could not find this program's own file: {error}")))?;
        let options = ServerOptions {
            data: data.to_owned(),
            port: 0,
            sync,
            keys: keys.clone(),
            certificate: None,
            launcher,
        };
        let server = server::start(options, &|text| output.progress(text)).await?;
        let at: NatsUrl = server.url().parse()?;
        let (own, gate) = match keys {
            Some(keys) => {
                let system = at.clone().with_nkey(&keys.system()?);
                (at.with_nkey(&keys.homing()?), Some(gate::Settings { system, issuer: keys.issuer()? }))
            }
            None => (at, None),
        };
        Log::at(&own, "streams").await?.provision(true, None).await?;
        let settings = RoleSettings { sms, gate, ..RoleSettings::default() };
        let mut world = World { data: data.to_owned(), server, own, running: None, settings, secret: None };
        world.run(roles).await?;
        Ok(world)
    }

    pub(super) async fn run(&mut self, roles: &[Role]) -> Result<(), Failure> {
        self.running = Some(Running::start(&self.own, &self.data, roles, &self.settings).await?);
        Ok(())
    }

    pub(super) async fn halt(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
    }

    /// As a kill leaves it: nothing that is under way is ended.
    pub(super) fn kill(&mut self) {
        self.running = None;
    }

    pub(super) async fn connect(&self, name: &str) -> Result<Log, Failure> {
        Ok(Log::at(&self.own, name).await?)
    }

    pub(super) fn data(&self) -> &Path {
        &self.data
    }

    pub(super) fn url(&self) -> String {
        self.server.url()
    }

    /// As Homing's own roles come to it.
    pub(super) fn own(&self) -> &NatsUrl {
        &self.own
    }

    /// As one of the people that are here.
    pub(super) fn address_of(&self, user: &UserName) -> NatsUrl {
        match self.secret {
            Some(_) => self.own.clone().with_password(user.as_str(), PASSWORD),
            None => self.own.clone(),
        }
    }

    pub(super) fn server_pid(&self) -> u32 {
        self.server.pid()
    }

    /// Registers users `u0`, `u1`, … and puts them online with a lease that outlasts the bench.
    pub(super) async fn people(&self, count: usize) -> Result<Vec<UserName>, Failure> {
        self.people_with("u", count, None).await
    }

    /// The same with names that begin otherwise, and with this access.
    pub(super) async fn people_with(
        &self,
        prefix: &str,
        count: usize,
        access: Option<Access>,
    ) -> Result<Vec<UserName>, Failure> {
        let admin = Client::at(&self.own, "_admin").await?;
        let mut names = Vec::with_capacity(count);
        for number in 0..count {
            let name: UserName = format!("{prefix}{number}").parse().map_err(bug)?;
            let register = Register { secret: self.secret.clone(), access, ..Register::named(name.clone()) };
            admin.accepted(&Command::from(register)).await?;
            admin.accepted(&Command::from(boundless(name.clone()))).await?;
            let device: DeviceName = "bench".parse().map_err(bug)?;
            let lease = Span::from_secs(3_600);
            let online = Command::from(Online { device, class: DeviceClass::Pc, lease });
            let client = Client { by: name.to_string(), ..admin.clone() };
            client.publish(&online, Encoding::Msgpack).await?;
            names.push(name);
        }
        Ok(names)
    }

    pub(super) async fn stop(mut self) -> Result<(), Failure> {
        self.halt().await;
        Ok(self.server.stop().await?)
    }

    pub(super) fn machine(&self, sync: Sync) -> Machine {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let meminfo = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let total = meminfo
            .lines()
            .find_map(|line| line.strip_prefix("MemTotal:")?.split_whitespace().next()?.parse().ok());
        Machine {
            cores,
            memory_gib: total.map_or(f64::NAN, |kib: f64| kib / 1_048_576.0),
            nats_server: self.server.binary_version().to_owned(),
            sync: sync.to_string(),
        }
    }
}

/// Nobody confirms in a bench: mailboxes take all of it.
fn boundless(name: UserName) -> SetUser {
    let limits = Some(LimitChanges { mailbox: Some(Some(u32::MAX)), ..LimitChanges::default() });
    SetUser { limits, ..SetUser::of(name) }
}

fn bug(error: crate::words::WordError) -> Failure {
    Failure::failed(error.to_string())
}
