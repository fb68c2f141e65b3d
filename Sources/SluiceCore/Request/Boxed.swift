/// A large value behind one reference.
///
/// What crosses many async functions is copied into the frame of each: a reference costs eight bytes there and one retain, however many
/// fields the value has. Looking at a field borrows the value where it is. Changing a boxed value makes a new box only where another
/// copy shares it.
@usableFromInline
struct Boxed<Value: Sendable>: Sendable {
    // Safety: a box is changed only while this is the one reference to it, so nobody else can be looking.
    @usableFromInline
    final class Box: @unchecked Sendable {
        @usableFromInline var value: Value

        @inlinable
        init(_ value: consuming Value) {
            self.value = value
        }
    }

    @usableFromInline var box: Box

    @inlinable
    init(_ value: consuming Value) {
        box = Box(value)
    }

    @inlinable
    var value: Value {
        @inline(__always)
        _read { yield box.value }
        @inline(__always)
        _modify {
            if !isKnownUniquelyReferenced(&box) { box = Box(box.value) }
            yield &box.value
        }
    }
}
