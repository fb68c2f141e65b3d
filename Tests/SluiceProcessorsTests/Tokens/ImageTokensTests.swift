import Foundation
import Testing

@testable import SluiceProcessors

/// The examples of OpenAI's guide to vision.
struct ImageTokensTests {
    @Test(arguments: [
        ("gpt-4o", 1_024, 1_024, false, 765), ("gpt-4o", 2_048, 4_096, false, 1_105),
        ("gpt-4o", 4_096, 8_192, true, 85), ("gpt-4o", 512, 512, false, 255),
        ("gpt-4o-mini", 1_024, 1_024, true, 2_833), ("gpt-4o-mini", 512, 512, false, 8_500),
        ("gpt-5", 1_024, 1_024, false, 630), ("o1", 1_024, 1_024, false, 675),
        ("o3", 512, 512, false, 225), ("other", 1_024, 1_024, false, 765),
        // 1,024 patches, and 1,452 after scaling down.
        ("gpt-4.1-mini", 1_024, 1_024, false, 1_659), ("o4-mini", 1_800, 2_400, false, 2_498),
        ("gpt-4.1-nano", 1_800, 2_400, false, 3_572),
    ])
    func anImageCostsWhatTheGuideSays(
        model: String, width: Int, height: Int, isLow: Bool, tokens: Int
    ) {
        let size = ImageSize(width: width, height: height)
        #expect(ImageTokens(model: model).tokens(size, isLow: isLow) == tokens)
    }

    private func size(_ image: [UInt8]) -> ImageSize? {
        let url = "data:image/x;base64," + Data(image).base64EncodedString()
        return ImageSize(ofDataURL: Array(url.utf8).span)
    }

    private static let png: [UInt8] =
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]
        + [0, 0, 3, 0x20, 0, 0, 2, 0x58, 8, 2, 0, 0, 0]
    private static let gif: [UInt8] = Array("GIF89a".utf8) + [0x20, 3, 0x58, 2, 0, 0, 0]
    /// With a segment in front, as cameras write it.
    private static let jpeg: [UInt8] =
        [0xFF, 0xD8, 0xFF, 0xE1, 0, 6, 1, 2, 3, 4, 0xFF, 0xC0, 0, 17, 8, 2, 0x58, 3, 0x20, 3]
    private static func webP(_ chunk: String, _ rest: [UInt8]) -> [UInt8] {
        Array("RIFF".utf8) + [0, 0, 0, 0] + Array("WEBP".utf8) + Array(chunk.utf8) + rest
    }
    private static let images: [[UInt8]] = [
        png, gif, jpeg,
        webP("VP8 ", [0, 0, 0, 0, 0, 0, 0, 0x9D, 0x01, 0x2A, 0x20, 3, 0x58, 2]),
        webP("VP8L", [0, 0, 0, 0, 0x2F, 0x1F, 0xC3, 0x95, 0]),
        webP("VP8X", [10, 0, 0, 0, 0, 0, 0, 0, 0x1F, 3, 0, 0x57, 2, 0]),
    ]

    @Test(arguments: images)
    func theSizeStandsAtTheBeginningOfTheFile(image: [UInt8]) {
        #expect(size(image) == ImageSize(width: 800, height: 600))
        for count in 0..<image.count - 5 {
            // Cut anywhere it is unknown, and nothing worse.
            if let cut = size(Array(image.prefix(count))) {
                #expect(cut == ImageSize(width: 800, height: 600))
            }
        }
    }

    @Test(arguments: [
        "https://x/y.png", "data:", "data:,", "data:image/png;base64,", "", "data:x;base64,!!!!",
    ])
    func otherURLsHaveNoSize(url: String) {
        #expect(ImageSize(ofDataURL: Array(url.utf8).span) == nil)
    }

    @Test func claimsOfEnormousImagesAreBounded() {
        let size = ImageSize(width: .max, height: 1)
        for model in ["gpt-4o", "gpt-4o-mini", "gpt-5-nano", "o4-mini"] {
            let tokens = ImageTokens(model: model).tokens(size, isLow: false)
            #expect((1...100_000).contains(tokens))
        }
    }
}
