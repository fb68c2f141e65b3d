public import SluiceWire

extension Pipeline {
    /// Runs one request whose body is text, such as JSON; otherwise as ``execute(_:path:method:headers:)`` with bytes does.
    ///
    /// ```swift
    /// let answer = try await pipeline.execute(#"{"model": "echo", "messages": []}"#)
    /// ```
    public func execute(
        _ body: String, path: String = "/v1/chat/completions", method: HTTPMethod = .post,
        headers: HeaderFields = HeaderFields()
    ) async throws -> PipelineAnswer {
        try await execute(Array(body.utf8), path: path, method: method, headers: headers)
    }
}
