import Foundation
import SluiceConfig
import Testing

struct DateTests {
    @Test(arguments: [
        ("1970-01-01", 86_400), ("2027-01-31", 1_801_440_000), ("2024-02-29", 1_709_251_200),
        ("2024-02-28", 1_709_164_800), ("2000-12-31", 978_307_200),
        ("2027-01-31T12:00:00Z", 1_801_396_800), ("2027-01-31T12:00:00.9+01:00", 1_801_393_200),
        ("2027-01-31 12:00:01-02:30", 1_801_405_801),
    ])
    func aDateEndsWithItsDayAndATimeAtOnce(_ text: String, _ expected: Int) throws {
        #expect(try parse("end = \(text)").optionalEnd("end") == expected)
    }

    @Test func everyDayIsTheOneOfTheCalendar() throws {
        let formatter = ISO8601DateFormatter()
        formatter.formatOptions = [.withFullDate]
        for day in stride(from: -30_000, to: 60_000, by: 37) {
            let text = formatter.string(from: Date(timeIntervalSince1970: Double(day) * 86_400))
            #expect(try parse("end = \(text)").optionalEnd("end") == (day + 1) * 86_400)
        }
    }

    @Test func whatIsNoDateIsRefused() {
        #expect(
            failure { _ = try parse("end = \"2027-01-31\"").optionalEnd("end") }
                == "line 1: 'end' at the top level: expected a date as 2027-01-31 or 2027-01-31T12:00:00Z, without quotes, found a string"
        )
        #expect(
            failure { _ = try parse("a = 2027-01-31").string("a") }
                == "line 1: 'a' at the top level: expected a string, found a date")
    }

    @Test(arguments: [
        ("10:00:00", "times have no use here; quote it if a string is meant"),
        ("2024-01-01T10:00:00", "a time needs its offset, as 2027-01-31T12:00:00Z has"),
        ("[2024-01-01T10:00:00]", "a time needs its offset, as 2027-01-31T12:00:00Z has"),
    ])
    func aTimeThatCannotBeUsedIsRefusedWhereItIsRead(_ text: String, _ reason: String) throws {
        let root = try parse("[x]\nend = \(text)\n[y]\nother = 1")
        let section = try #require(try root.section("x"))
        #expect(failure { _ = try section.value("end") } == "line 2: 'end' in [x]: \(reason)")
        let read = failure { _ = try section.optionalEnd("end") }
        #expect(read.hasPrefix("line 2: 'end' in [x]: "))
        // What is wrong elsewhere is still found.
        let other = failure { _ = try root.section("y")?.string("other") }
        #expect(other.hasPrefix("line 4: "))
    }
}
