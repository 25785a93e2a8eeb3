//! Regions: the requests that belong to certain functions, by a grant of the operator or by a function's name.
//!
//! `Table::build` indexes the grants; `admission` asks for the regions of a manifest's route, `Table::resolve` for those of a request.
//!
//! Invariant: of the regions that hold a request the innermost one counts, and a grant before a name of the same length.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::hosts::{HOST_LENGTH_MAX, canonical};
use crate::function::FunctionName;
use crate::function::dialect::PREFIXES;
use crate::function::route::{Grant, HostPattern, PathPattern, Segment};

/// The owner of a region.
#[derive(Clone, Copy, Debug)]
pub(in crate::live) enum RegionOwner<'t> {
    /// The function whose name the path begins with.
    Name(&'t FunctionName),
    /// The functions of a grant.
    Grant(&'t Grant),
}

/// A path and everything below it, on the main port of hosts that are not granted.
#[derive(Clone, Copy, Debug)]
pub(in crate::live) struct PathRegion<'t> {
    /// Segments of the path.
    pub(in crate::live) depth: usize,
    pub(in crate::live) owner: RegionOwner<'t>,
}

impl PathRegion<'_> {
    /// Whether the function may answer here.
    pub(in crate::live) fn allows(&self, function: &FunctionName) -> bool {
        match self.owner {
            RegionOwner::Name(name) => name == function,
            RegionOwner::Grant(grant) => grant.has(function),
        }
    }
}

/// The grants by what they reserve; each has its number in the list of all.
#[derive(Debug, Default)]
pub(in crate::live) struct Regions {
    grants: Vec<Grant>,
    exact: HashMap<Box<str>, usize>,
    below: HashMap<Box<str>, usize>,
    ports: HashMap<u16, usize>,
    /// The longest first.
    prefixes: Vec<(PathPattern, usize)>,
}

impl Regions {
    pub(in crate::live) fn new(grants: &[Grant]) -> Self {
        let mut regions = Self { grants: grants.to_vec(), ..Self::default() };
        for (index, grant) in grants.iter().enumerate() {
            for host in &grant.hosts {
                match host {
                    HostPattern::Exact(host) => regions.exact.insert(host.clone(), index),
                    HostPattern::Wildcard(parent) => regions.below.insert(parent.clone(), index),
                };
            }
            regions.ports.extend(grant.ports.iter().map(|port| (*port, index)));
            regions.prefixes.extend(grant.prefixes.iter().map(|prefix| (prefix.clone(), index)));
        }
        regions.prefixes.sort_by_key(|(prefix, _)| Reverse(prefix.segments().len()));
        regions
    }

    /// Whether nothing is granted; then only names have owners.
    pub(in crate::live) fn is_empty(&self) -> bool {
        self.grants.is_empty()
    }

    pub(in crate::live) fn grants(&self) -> &[Grant] {
        &self.grants
    }

    /// The grant of the port.
    pub(in crate::live) fn port(&self, port: u16) -> Option<&Grant> {
        self.ports.get(&port).and_then(|index| self.grants.get(*index))
    }

    /// The grant of the request's host, and its number: the exact one first, then that of the longest wildcard.
    pub(in crate::live) fn host(&self, authority: &str) -> Option<(usize, &Grant)> {
        if self.exact.is_empty() && self.below.is_empty() {
            return None;
        }
        self.name(canonical(authority, &mut [0; HOST_LENGTH_MAX])?)
    }

    /// The grant that holds every host of the pattern.
    pub(in crate::live) fn covering(&self, pattern: &HostPattern) -> Option<&Grant> {
        let covering = match pattern {
            HostPattern::Exact(host) => self.name(host),
            HostPattern::Wildcard(parent) => self.numbered(self.below.get(parent)).or_else(|| self.parents(parent)),
        };
        covering.map(|(_, grant)| grant)
    }

    /// The innermost region of a path, or of the literal beginning of a route. `function` knows the names.
    pub(in crate::live) fn of_path<'t, 's>(
        &'t self,
        segments: impl Iterator<Item = &'s str> + Clone,
        function: impl Fn(&str) -> Option<&'t FunctionName>,
    ) -> Option<PathRegion<'t>> {
        let named = PREFIXES.iter().filter_map(|(prefix, _)| {
            let name = after(segments.clone(), prefix.iter().copied())?.next().and_then(&function)?;
            Some(PathRegion { depth: prefix.len() + 1, owner: RegionOwner::Name(name) })
        });
        let granted = self.prefixes.iter().find_map(|(prefix, index)| {
            after(segments.clone(), literals(prefix))?;
            let grant = self.grants.get(*index)?;
            Some(PathRegion { depth: prefix.segments().len(), owner: RegionOwner::Grant(grant) })
        });
        // Of two of one length the last one is taken: the grant.
        named.chain(granted).max_by_key(|region| region.depth)
    }

    /// The granted prefixes that a name or a part of its region lies in, of grants without the function of that name.
    pub(in crate::live) fn taken_from<'t>(&'t self, name: &'t FunctionName) -> impl Iterator<Item = (&'t PathPattern, &'t Grant)> {
        let prefixes = self.prefixes.iter().filter_map(|(prefix, index)| Some((prefix, self.grants.get(*index)?)));
        prefixes.filter(|(prefix, grant)| {
            let is_within = |start: &&[&'static str]| after(literals(prefix), start.iter().copied().chain([name.as_str()])).is_some();
            !grant.has(name) && PREFIXES.iter().map(|(start, _)| start).any(is_within)
        })
    }

    fn name(&self, host: &str) -> Option<(usize, &Grant)> {
        self.numbered(self.exact.get(host)).or_else(|| self.parents(host))
    }

    fn parents(&self, host: &str) -> Option<(usize, &Grant)> {
        let mut rest = host;
        while let Some((_, parent)) = rest.split_once('.') {
            if let Some(granted) = self.numbered(self.below.get(parent)) {
                return Some(granted);
            }
            rest = parent;
        }
        None
    }

    fn numbered(&self, index: Option<&usize>) -> Option<(usize, &Grant)> {
        index.and_then(|index| Some((*index, self.grants.get(*index)?)))
    }
}

/// The literal segments that a pattern begins with.
pub(in crate::live) fn literals(path: &PathPattern) -> impl Iterator<Item = &str> + Clone {
    path.segments().iter().map_while(|segment| match segment {
        Segment::Literal(text) => Some(&**text),
        Segment::Param(_) | Segment::Rest => None,
    })
}

/// The segments that follow `beginning`; `None` if they begin otherwise.
fn after<'s, 'b, S: Iterator<Item = &'s str>>(mut segments: S, mut beginning: impl Iterator<Item = &'b str>) -> Option<S> {
    beginning.all(|part| segments.next() == Some(part)).then_some(segments)
}
