internal import SluiceWire

/// Width and height in pixels, each at least 1.
struct ImageSize: Equatable {
    let width: Int
    let height: Int

    /// A side longer than this is taken for this: nothing sends larger images.
    private static let longest = 1 << 16

    init(width: Int, height: Int) {
        self.width = min(max(width, 1), Self.longest)
        self.height = min(max(height, 1), Self.longest)
    }

    /// Smaller by a factor; the same for one above 1.
    func scaled(by factor: Double) -> ImageSize {
        guard factor < 1 else { return self }
        return ImageSize(
            width: Int((Double(width) * factor).rounded()),
            height: Int((Double(height) * factor).rounded()))
    }

    /// How many squares cover it.
    func pieces(of side: Int) -> Int {
        ((width + side - 1) / side) * ((height + side - 1) / side)
    }

    /// Looks at the beginning of an image in a `data:` URL: PNG, JPEG, GIF or WebP.
    ///
    /// - Returns: nil for other URLs and kinds.
    init?(ofDataURL url: Span<UInt8>) {
        guard url.hasText("data:", at: 0) else { return nil }
        var start = 5
        // A media type is short.
        while start < min(url.count, 256), url[start] != UInt8(ascii: ",") { start += 1 }
        guard start < url.count, url[start] == UInt8(ascii: ",") else { return nil }
        self.init(of: Base64Beginning.decode(url.extracting((start + 1)...)))
    }

    /// - Parameter image: its beginning.
    init?(of image: [UInt8]) {
        let bytes = ImageBytes(image)
        let found =
            if bytes.number(0, 4) == 0x8950_4E47 {
                Self.png(bytes)
            } else if bytes.has("GIF8", at: 0) {
                Self.gif(bytes)
            } else if bytes.has("RIFF", at: 0), bytes.has("WEBP", at: 8) {
                Self.webP(bytes)
            } else if bytes.number(0, 2) == 0xFFD8 {
                Self.jpeg(bytes)
            } else {
                nil as ImageSize?
            }
        guard let found else { return nil }
        self = found
    }

    /// Behind the signature stands the header's chunk.
    private static func png(_ bytes: ImageBytes) -> ImageSize? {
        guard let width = bytes.number(16, 4), let height = bytes.number(20, 4) else { return nil }
        return ImageSize(width: width, height: height)
    }

    private static func gif(_ bytes: ImageBytes) -> ImageSize? {
        guard let width = bytes.littleNumber(6, 2), let height = bytes.littleNumber(8, 2) else {
            return nil
        }
        return ImageSize(width: width, height: height)
    }

    /// Three kinds of WebP: lossy, lossless, extended (RFC 9649).
    private static func webP(_ bytes: ImageBytes) -> ImageSize? {
        if bytes.has("VP8 ", at: 12) {
            guard let width = bytes.littleNumber(26, 2), let height = bytes.littleNumber(28, 2)
            else { return nil }
            return ImageSize(width: width & 0x3FFF, height: height & 0x3FFF)
        }
        if bytes.has("VP8L", at: 12) {
            guard let sizes = bytes.littleNumber(21, 4) else { return nil }
            return ImageSize(width: (sizes & 0x3FFF) + 1, height: (sizes >> 14 & 0x3FFF) + 1)
        }
        guard bytes.has("VP8X", at: 12), let width = bytes.littleNumber(24, 3),
            let height = bytes.littleNumber(27, 3)
        else { return nil }
        return ImageSize(width: width + 1, height: height + 1)
    }

    /// The sizes stand in the frame's header, behind segments of any length.
    private static func jpeg(_ bytes: ImageBytes) -> ImageSize? {
        var position = 2
        while let marker = bytes.number(position, 2), let length = bytes.number(position + 2, 2) {
            guard marker >= 0xFF00, length >= 2 else { return nil }
            let kind = marker & 0xFF
            let isFrame = (0xC0...0xCF).contains(kind) && ![0xC4, 0xC8, 0xCC].contains(kind)
            if isFrame {
                guard let height = bytes.number(position + 5, 2),
                    let width = bytes.number(position + 7, 2)
                else { return nil }
                return ImageSize(width: width, height: height)
            }
            position += 2 + length
        }
        return nil
    }
}
