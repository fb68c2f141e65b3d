/// Takes words that begin as well-known credentials do out of a text for people.
enum LikelyCredential {
    /// OpenAI and those who followed it, this proxy, Groq, xAI, Google, GitHub; this proxy's secret keys and hashes.
    private static let beginnings = [
        "sk-", "slk-", "gsk_", "xai-", "AIza", "ghp_", "sluicekey-", "enc:v1:",
    ]
    /// Shorter words may be names of something.
    private static let shortest = 16

    static func hide(in text: String) -> String {
        guard beginnings.contains(where: text.contains) else { return text }
        var result = ""
        var word = ""
        for character in text {
            if isPart(character) {
                word.append(character)
            } else {
                result += shown(word)
                result.append(character)
                word = ""
            }
        }
        return result + shown(word)
    }

    private static func isPart(_ character: Character) -> Bool {
        character.isASCII
            && (character.isLetter || character.isNumber || "-_:.+/=".contains(character))
    }

    private static func shown(_ word: String) -> String {
        let isOne = word.utf8.count >= shortest && beginnings.contains(where: word.hasPrefix)
        return isOne ? "(hidden)" : word
    }
}
