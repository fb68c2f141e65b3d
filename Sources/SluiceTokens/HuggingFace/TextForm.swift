internal import Foundation

/// One of Unicode's normalization forms.
enum TextForm: String, Sendable {
    case composed = "NFC"
    case decomposed = "NFD"
    case compatiblyComposed = "NFKC"
    case compatiblyDecomposed = "NFKD"

    /// Normalizes valid UTF-8. Only runs with something to do are looked at, each with the character before it: most texts have
    /// none.
    func apply(to bytes: inout [UInt8]) {
        var (result, kept) = ([UInt8](), 0)
        // Safety: the text does not leave the closure.
        bytes.withUnsafeBufferPointer { buffer in
            let text = unsafe Text(buffer)
            var offset = text.firstWide(from: 0)
            // Where the character before begins, which can only be ASCII.
            var before = max(offset - 1, 0)
            while let (scalar, end) = Scalars.first(in: text, from: offset) {
                guard isUnstable(scalar) else {
                    // What the library does not know is nothing that it composes with.
                    before = scalar.value < 0x80 || Scalars.isOf(9, scalar) ? offset : end
                    offset = text.firstWide(from: end)
                    if offset > end { before = offset - 1 }
                    continue
                }
                var runEnd = end
                while let (next, nextEnd) = Scalars.first(in: text, from: runEnd),
                    isUnstable(next)
                {
                    runEnd = nextEnd
                }
                let start = max(before, kept)
                result += buffer[kept..<start]
                result += normalized(buffer[start..<runEnd])
                (kept, offset, before) = (runEnd, runEnd, runEnd)
            }
            if kept > 0 { result += buffer[kept...] }
        }
        if kept > 0 { bytes = result }
    }

    private func normalized(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> String.UTF8View {
        guard bytes.count <= Self.piece else { return normalizedInPieces(bytes) }
        let text = String(decoding: bytes, as: UTF8.self)
        // In one step Foundation neither sorts what it decomposes into nor composes all Hangul.
        let form =
            switch self {
            case .composed:
                text.decomposedStringWithCanonicalMapping.precomposedStringWithCanonicalMapping
            case .decomposed:
                text.decomposedStringWithCanonicalMapping.decomposedStringWithCanonicalMapping
            case .compatiblyComposed:
                text.decomposedStringWithCompatibilityMapping.precomposedStringWithCanonicalMapping
            case .compatiblyDecomposed:
                text.decomposedStringWithCompatibilityMapping.decomposedStringWithCanonicalMapping
            }
        return form.utf8
    }

    /// A longer run is decomposed piece by piece: Foundation compares each mark with all marks before it.
    private static let piece = 256

    /// Marks that are in order already cost Foundation nothing, however many they are.
    private func normalizedInPieces(
        _ bytes: Slice<UnsafeBufferPointer<UInt8>>
    ) -> String.UTF8View {
        var scalars = OrderedScalars()
        var start = bytes.startIndex
        while start < bytes.endIndex {
            var end = min(start + Self.piece, bytes.endIndex)
            while end < bytes.endIndex, bytes[end] & 0xC0 == 0x80 { end -= 1 }
            let piece = String(decoding: bytes[start..<end], as: UTF8.self)
            scalars.append(
                isCompatible
                    ? piece.decomposedStringWithCompatibilityMapping
                    : piece.decomposedStringWithCanonicalMapping)
            start = end
        }
        let text = scalars.finished()
        return isComposed ? text.precomposedStringWithCanonicalMapping.utf8 : text.utf8
    }

    private var isCompatible: Bool { self == .compatiblyComposed || self == .compatiblyDecomposed }

    private var isComposed: Bool { self == .composed || self == .compatiblyComposed }

    /// Whether a code point may change, or change with the one before it. What is not is a border of normalization.
    ///
    /// Hugging Face's library has Unicode 9, and leaves alone what is newer.
    private func isUnstable(_ scalar: Unicode.Scalar) -> Bool {
        let point = scalar.value
        guard self == .composed else { return point >= 0xA0 && Scalars.isOf(9, scalar) }
        if point < 0x300 { return false }
        return
            (CharacterClasses.shared.of(point) == .mark
            || Self.composedLetters.contains { $0.contains(point) }) && Scalars.isOf(9, scalar)
    }

    /// Where there are code points that NFC changes, or composes with the one before, and that are no marks.
    private static let composedLetters: [ClosedRange<UInt32>] = [
        0x374...0x374, 0x37E...0x37E, 0x387...0x387, 0x958...0x95F, 0x9DC...0x9DF, 0xA33...0xA5E,
        0xB5C...0xB5D, 0xF43...0xFB9, 0x1100...0x11FF, 0x1F00...0x1FFF, 0x2000...0x2001,
        0x2126...0x212B, 0x2329...0x232A, 0x2ADC...0x2ADC, 0xF900...0xFAFF, 0xFB1D...0xFB4F,
        0x1D15E...0x1D1C0, 0x2F800...0x2FA1F,
    ]
}
