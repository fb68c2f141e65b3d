import SluiceCore

/// Reads a whole `multipart/form-data` body that rights hang on.
///
/// Of what RFC 7578 and RFC 2046 allow it takes what clients send, and nothing that two readers could take apart in different ways: a
/// provider must find the model that was found here.
struct StrictForm {
    private let delimiter: [UInt8]

    /// More than any request of the API has.
    private static let mostParts = 1000
    private static let longestHead = 8 << 10
    private static let lineEnd: [UInt8] = [0x0D, 0x0A]

    /// - Throws: 400 for a content type that does not name its boundary once and plainly.
    init(contentType: ArraySlice<UInt8>) throws(ProxyError) {
        guard let type = StrictParameters(contentType), type.isAlone("boundary"),
            let boundary = type["boundary"], 1...70 ~= boundary.count,
            boundary.allSatisfy(Self.isBoundaryByte)
        else { throw .ambiguousForm("its content type must give one 'boundary'") }
        delimiter = Array("--".utf8) + boundary
    }

    /// Where the value of the form's only field `model` stands; nil where it has none.
    ///
    /// - Throws: 400 for a form that could be read in two ways.
    func model(in body: [UInt8]) throws(ProxyError) -> Range<Int>? {
        let delimiters = try delimiters(in: body)
        var model: Range<Int>?
        for index in delimiters.indices.dropLast() {
            // Up to the line end before the next delimiter.
            let part = body[delimiters[index] + delimiter.count..<delimiters[index + 1] - 2]
            guard part.starts(with: Self.lineEnd),
                let headEnd = part.prefix(Self.longestHead).dropFirst(2)
                    .firstRange(of: Self.lineEnd + Self.lineEnd)
            else { throw .ambiguousForm("a part has no header") }
            let head = try FormPartHead(part[..<headEnd.lowerBound].dropFirst(2))
            guard head.meansModels else { continue }
            guard head.name == "model", model == nil else { throw .severalModels }
            guard head.isPlainText, part[headEnd.upperBound...].allSatisfy({ 0x20..<0x7F ~= $0 })
            else { throw .ambiguousForm("the field 'model' must be plain text") }
            model = headEnd.upperBound..<part.endIndex
        }
        return model
    }

    /// Where the delimiters stand, the last one included: at the beginnings of lines and nowhere else.
    private func delimiters(in body: [UInt8]) throws(ProxyError) -> [Int] {
        let found = occurrences(in: body.span)
        guard found.first == 0, let last = found.last, found.count <= Self.mostParts + 1 else {
            throw .ambiguousForm("it must begin with its boundary")
        }
        var former = 0
        for start in found.dropFirst() {
            guard start >= former + delimiter.count + 2,
                body[start - 2..<start].elementsEqual(Self.lineEnd)
            else { throw .ambiguousForm("its boundary stands in the middle of a line") }
            former = start
        }
        let rest = body[(last + delimiter.count)...]
        guard rest.starts(with: "--".utf8),
            rest.count == 2 || rest.dropFirst(2).elementsEqual(Self.lineEnd)
        else { throw .ambiguousForm("it must end with its boundary") }
        return found
    }

    /// All places of the delimiter, those included that overlap, up to the limit. By Knuth, Morris and Pratt: a body of hyphens takes no
    /// longer than another.
    private func occurrences(in body: Span<UInt8>) -> [Int] {
        let fallbacks = fallbacks()
        var found: [Int] = []
        var matched = 0
        for index in body.indices {
            let byte = body[index]
            while matched > 0, matched == delimiter.count || delimiter[matched] != byte {
                matched = fallbacks[matched - 1]
            }
            if delimiter[matched] == byte { matched += 1 }
            guard matched == delimiter.count else { continue }
            found.append(index + 1 - delimiter.count)
            if found.count > Self.mostParts + 1 { return found }
        }
        return found
    }

    /// For each beginning of the delimiter: how long the longest shorter beginning is that it ends with.
    private func fallbacks() -> [Int] {
        var lengths = [Int](repeating: 0, count: delimiter.count)
        var length = 0
        for index in 1..<delimiter.count {
            while length > 0, delimiter[length] != delimiter[index] { length = lengths[length - 1] }
            if delimiter[length] == delimiter[index] { length += 1 }
            lengths[index] = length
        }
        return lengths
    }

    /// RFC 2046 section 5.1.1, without the space, which some readers take away.
    private static func isBoundaryByte(_ byte: UInt8) -> Bool {
        PercentEncoding.isUnreserved(byte) && byte != UInt8(ascii: "~")
            || "'()+,/:=?".utf8.contains(byte)
    }
}

extension ProxyError {
    static func ambiguousForm(_ reason: String) -> ProxyError {
        .invalidRequest(
            "The form must be written so that it can be read in one way only: \(reason).",
            code: "ambiguous_form")
    }

    fileprivate static let severalModels = invalidRequest(
        "The form must have one field 'model', and no other that names models.",
        parameter: "model", code: "duplicate_parameter")
}
