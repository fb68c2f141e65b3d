/// Byte arrays that keep their capacity between uses, so that steady traffic allocates none.
public final class BufferPool {
    private var spare: [[UInt8]] = []
    private static let keptBuffers = 64
    private static let keptCapacity = 128 * 1024

    /// An empty array, usually with capacity.
    public func take() -> [UInt8] {
        spare.popLast() ?? []
    }

    /// Gives an array back and leaves an empty one, which owns no memory, in its place.
    public func give(_ buffer: inout [UInt8]) {
        var returned: [UInt8] = []
        swap(&returned, &buffer)
        guard spare.count < Self.keptBuffers, returned.capacity > 0,
            returned.capacity <= Self.keptCapacity
        else { return }
        returned.removeAll(keepingCapacity: true)
        spare.append(returned)
    }
}
