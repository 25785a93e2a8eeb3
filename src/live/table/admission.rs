//! Admission: the parts of the table in which a manifest's route may stand.
//!
//! `Table::build` asks for every route before routes compete; `region` knows the owners.
//!
//! Invariant: a route that lies in a region without its function stands nowhere there. A route that only overlaps a region, such as `/*`,
//! is admitted and gives way when a request is looked up.

use std::collections::BTreeSet;

use super::conflict::{Conflict, ConflictKind, PORTS_MAX, PORTS_PER_FUNCTION_MAX, grantees};
use super::region::{PathRegion, RegionOwner, Regions, literals};
use super::route_entry::{PathStep, RoutePlace, RoutePosition};
use crate::function::FunctionName;
use crate::function::route::{Grant, Route};

/// Admits the routes of all functions, one function after the other in alphabetical order.
pub(in crate::live) struct RouteAdmission<'t, N> {
    main_port: u16,
    regions: &'t Regions,
    /// The function of a name.
    function: N,
    /// The ports of all functions that are not granted.
    ports: BTreeSet<u16>,
    pub(in crate::live) conflicts: Vec<Conflict>,
}

impl<'t, N: Fn(&str) -> Option<&'t FunctionName>> RouteAdmission<'t, N> {
    pub(in crate::live) fn new(main_port: u16, regions: &'t Regions, function: N) -> Self {
        Self { main_port, regions, function, ports: BTreeSet::new(), conflicts: Vec::new() }
    }

    /// The routes of a function's manifest, each with the parts of the table where it stands.
    pub(in crate::live) fn admit<'r>(&mut self, function: &FunctionName, routes: &'r [Route]) -> Vec<(RoutePlace, &'r Route)> {
        let mut ports = BTreeSet::new();
        let mut admitted = Vec::with_capacity(routes.len());
        for route in routes {
            let port = route.port.filter(|port| *port != self.main_port);
            if port.is_none() {
                admitted.extend(self.granted_places(function).map(|place| (place, route)));
            }
            let outcome = match port {
                Some(port) => self.on_port(function, route, port, &mut ports).map(|()| Some(RoutePlace::Port(port))),
                None => self.on_main(function, route),
            };
            match outcome {
                Ok(place) => admitted.extend(place.map(|place| (place, route))),
                Err(kind) => self.conflicts.push(Conflict { kind, refused: function.clone(), route: route.clone() }),
            }
        }
        admitted
    }

    /// Whether the function's own address stands: it does not where a grant of others begins with just this path.
    pub(in crate::live) fn admits_name(&self, function: &FunctionName, address: &RoutePosition<'_>) -> bool {
        let segments = address.path.iter().filter_map(|step| match step {
            PathStep::Literal(text) => Some(*text),
            PathStep::Param | PathStep::Rest => None,
        });
        self.regions.is_empty() || self.regions.of_path(segments, &self.function).is_none_or(|region| region.allows(function))
    }

    /// Notes where the function's name lies in a grant of others: its own addresses there are not asked.
    pub(in crate::live) fn check_name(&mut self, function: &FunctionName) {
        let taken = self.regions.taken_from(function).map(|(prefix, grant)| Conflict {
            kind: ConflictKind::GrantedName(grantees(grant)),
            refused: function.clone(),
            route: Route::of_path(prefix.clone()),
        });
        self.conflicts.extend(taken);
    }

    /// The hosts that are granted to the function: there all its routes for the main port are asked.
    fn granted_places(&self, function: &FunctionName) -> impl Iterator<Item = RoutePlace> {
        let grants = self.regions.grants().iter().enumerate();
        grants.filter(|(_, grant)| !grant.hosts.is_empty() && grant.has(function)).map(|(index, _)| RoutePlace::Granted(index))
    }

    /// Whether the route stands on the main port, on hosts that are not granted; `None`: its host is granted to the function.
    fn on_main(&self, function: &FunctionName, route: &Route) -> Result<Option<RoutePlace>, ConflictKind> {
        match self.covering(route) {
            Some(grant) if grant.has(function) => return Ok(None),
            Some(grant) => return Err(ConflictKind::GrantedHost(grantees(grant))),
            None => {}
        }
        let region = self.regions.of_path(literals(&route.path), &self.function);
        match region.filter(|region| !region.allows(function)) {
            None => Ok(Some(RoutePlace::Main)),
            Some(region) => Err(refusal(&region, route)),
        }
    }

    fn on_port(&mut self, function: &FunctionName, route: &Route, port: u16, own: &mut BTreeSet<u16>) -> Result<(), ConflictKind> {
        if let Some(grant) = self.regions.port(port) {
            return if grant.has(function) { Ok(()) } else { Err(ConflictKind::GrantedPort(grantees(grant))) };
        }
        if let Some(grant) = self.covering(route).filter(|grant| !grant.has(function)) {
            return Err(ConflictKind::GrantedHost(grantees(grant)));
        }
        if !own.contains(&port) && own.len() >= PORTS_PER_FUNCTION_MAX {
            return Err(ConflictKind::PortsOfFunction);
        }
        if !self.ports.contains(&port) && self.ports.len() >= PORTS_MAX {
            return Err(ConflictKind::PortsOfHost);
        }
        own.insert(port);
        self.ports.insert(port);
        Ok(())
    }

    fn covering(&self, route: &Route) -> Option<&'t Grant> {
        route.host.as_ref().and_then(|host| self.regions.covering(host))
    }
}

fn refusal(region: &PathRegion<'_>, route: &Route) -> ConflictKind {
    let path: String = literals(&route.path).take(region.depth).flat_map(|segment| ["/", segment]).collect();
    let path = if path.is_empty() { "/".to_owned() } else { path };
    match region.owner {
        RegionOwner::Name(name) => ConflictKind::OwnName(path, name.clone()),
        RegionOwner::Grant(grant) => ConflictKind::GrantedPrefix(path, grantees(grant)),
    }
}
