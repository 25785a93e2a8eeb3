fn main() {
    skep::smoke();
}
