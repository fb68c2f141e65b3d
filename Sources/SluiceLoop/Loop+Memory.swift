internal import CSluiceLinux

extension Loop {
    /// Gives the memory back that only the start of the process needed: most of what was loaded and read until here is not used again.
    /// Call it once, when everything runs.
    public static func releaseStartMemory() {
        sluice_release_start_pages()
    }
}
