//! Random choices that can be repeated: SplitMix64 from a seed that is printed.
//!
//! Invariant: the same seed gives the same choices.

/// The generator.
pub struct Random(u64);

impl Random {
    /// From `EVIL_SEED`, else from the clock; prints the seed.
    pub fn from_environment() -> Self {
        let clock = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let seed = std::env::var("EVIL_SEED").ok().map_or_else(clock, |seed| seed.parse().expect("EVIL_SEED is a number"));
        println!("EVIL_SEED={seed}");
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).expect("64 bits")).expect("below end")
    }

    /// `count` different elements.
    pub fn pick<T: Clone>(&mut self, from: &[T], count: usize) -> Vec<T> {
        let mut left: Vec<&T> = from.iter().collect();
        (0..count.min(from.len())).map(|_| left.swap_remove(self.below(left.len())).clone()).collect()
    }
}
