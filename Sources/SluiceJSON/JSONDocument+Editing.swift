internal import CSluiceJSON

extension JSONDocument {
    /// Replaces a value, or adds a member at the end of its object. Nothing is made in between: the
    /// object that is to hold the member must exist. If the object repeats the name, the earlier
    /// members go, so that every reader of the result sees the same value.
    ///
    /// - Parameters:
    ///   - path: Member names and, in arrays, decimal indexes. An empty path is the root.
    ///   - literal: The new value.
    /// - Returns: Whether the path led somewhere.
    @discardableResult
    public mutating func set(_ path: [String], to literal: JSONLiteral) -> Bool {
        guard let name = path.last else { return replace(at: 0, with: literal) }
        guard let parent = index(at: path.dropLast()) else { return false }
        guard tape[parent].isObject else {
            guard let child = child(name, of: parent) else { return false }
            return replace(at: child, with: literal)
        }
        let members = members(name, of: parent)
        guard let last = members.last else { return insert(literal, named: name, into: parent) }
        guard replace(at: last + 1, with: literal) else { return false }
        return members.count == 1 || removeMembers(members.dropLast(), of: parent)
    }

    /// Replaces or adds a member of the outermost object.
    ///
    /// - Returns: Whether the root is an object.
    @discardableResult
    public mutating func set(_ name: String, to literal: JSONLiteral) -> Bool {
        set([name], to: literal)
    }

    /// Removes a member, every one of that name if it is repeated, or an array's element, along
    /// with one comma and the white space before it.
    ///
    /// - Parameter path: Member names and, in arrays, decimal indexes. The root stays.
    /// - Returns: Whether there was something to remove.
    @discardableResult
    public mutating func remove(_ path: [String]) -> Bool {
        guard let name = path.last, let parent = index(at: path.dropLast()) else { return false }
        guard tape[parent].isObject else {
            guard let child = child(name, of: parent) else { return false }
            return removeChildren(child..<tape[child].after, of: parent)
        }
        return removeMembers(members(name, of: parent)[...], of: parent)
    }

    /// Removes a member of the outermost object.
    @discardableResult
    public mutating func remove(_ name: String) -> Bool {
        remove([name])
    }

    /// Removes some elements of an array in one go.
    ///
    /// - Parameters:
    ///   - positions: Which elements, counted from 0. Positions behind the last element are
    ///     ignored.
    ///   - path: Leads to the array.
    /// - Returns: Whether there was something to remove.
    @discardableResult
    public mutating func removeElements(_ positions: Range<Int>, from path: [String]) -> Bool {
        guard !positions.isEmpty, let array = index(at: path[...]),
            let first = element(positions.lowerBound, of: array)
        else { return false }
        let end = element(positions.upperBound, of: array) ?? tape[array].after
        return removeChildren(first..<end, of: array)
    }

    /// Adds an element at the end of an array.
    ///
    /// - Parameters:
    ///   - literal: The new element.
    ///   - path: Leads to the array.
    /// - Returns: Whether there is an array.
    @discardableResult
    public mutating func append(_ literal: JSONLiteral, to path: [String]) -> Bool {
        guard let array = index(at: path[...]), tape[array].isArray else { return false }
        return insert(literal, named: nil, into: array)
    }

    /// Replaces a value by a view of it. The view keeps the old text alive, so this copies the
    /// text; an edit by path does not.
    ///
    /// - Parameters:
    ///   - value: A view taken from this document since its last edit.
    ///   - literal: The new value.
    /// - Returns: `false`, and nothing happens, if the view does not fit the document as it is now.
    @discardableResult
    public mutating func replace(_ value: JSONValue, with literal: JSONLiteral) -> Bool {
        guard isCurrent(value) else { return false }
        return replace(at: value.index, with: literal)
    }
}
