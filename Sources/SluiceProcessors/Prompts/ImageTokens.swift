/// What an image costs a model, by the formulas of OpenAI's guide to vision; other models are taken for GPT-4o.
struct ImageTokens: Equatable {
    private enum Formula: Equatable {
        /// So many for the image, and so many for each tile of 512 × 512.
        case tiles(base: Int, each: Int)
        /// So many for each patch of 32 × 32, in thousandths: larger models cost less for the same.
        case patches(each: Int)
    }

    private let formula: Formula

    /// Longer beginnings first.
    private static let formulas: [(beginning: String, formula: Formula)] = [
        ("gpt-5-mini", .patches(each: 1_620)), ("gpt-5-nano", .patches(each: 2_460)),
        ("gpt-5", .tiles(base: 70, each: 140)),
        ("gpt-4.1-mini", .patches(each: 1_620)), ("gpt-4.1-nano", .patches(each: 2_460)),
        ("gpt-4o-mini", .tiles(base: 2_833, each: 5_667)),
        ("o4-mini", .patches(each: 1_720)),
        ("o1", .tiles(base: 75, each: 150)), ("o3", .tiles(base: 75, each: 150)),
        ("computer-use-preview", .tiles(base: 65, each: 129)),
    ]
    private static let tile = 512
    private static let patch = 32
    private static let mostPatches = 1_536
    /// What an image is taken for whose size cannot be seen.
    private static let usual = ImageSize(width: 1_024, height: 1_024)

    init(model: String) {
        formula =
            Self.formulas.first { model.hasPrefix($0.beginning) }?.formula
            ?? .tiles(base: 85, each: 170)
    }

    /// - Parameters:
    ///   - size: in pixels; nil where it is not known.
    ///   - isLow: whether the request wants little detail.
    func tokens(_ size: ImageSize?, isLow: Bool) -> Int {
        let size = size ?? Self.usual
        switch formula {
        case .tiles(let base, let each):
            return isLow ? base : base + each * Self.tiles(of: size)
        case .patches(let each):
            return (Self.patches(of: size) * each + 999) / 1_000
        }
    }

    /// Scaled into a square of 2048, then to 768 on the shorter side; never up.
    private static func tiles(of size: ImageSize) -> Int {
        let inSquare = size.scaled(by: 2_048 / Double(max(size.width, size.height)))
        let fitting = inSquare.scaled(by: 768 / Double(min(inSquare.width, inSquare.height)))
        return fitting.pieces(of: tile)
    }

    /// Scaled down until whole patches suffice.
    private static func patches(of size: ImageSize) -> Int {
        let all = size.pieces(of: patch)
        guard all > mostPatches else { return all }
        let side = Double(patch)
        let (width, height) = (Double(size.width), Double(size.height))
        let shrink = (side * side * Double(mostPatches) / (width * height)).squareRoot()
        let (across, down) = (width * shrink / side, height * shrink / side)
        let whole = shrink * min(across.rounded(.down) / across, down.rounded(.down) / down)
        return min(size.scaled(by: whole).pieces(of: patch), mostPatches)
    }
}
