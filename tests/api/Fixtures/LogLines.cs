using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RlsChat.Api.Telemetry;

namespace RlsChat.Tests.Api.Fixtures;

/// <summary>The lines that the API would write to its console.</summary>
internal sealed class LogLines
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyList<string> All => [.. _lines];

    public IReadOnlyList<JsonNode> Operations =>
        [.. All.Select(line => JsonNode.Parse(line)!).Where(line => line["service"]!.GetValue<string>() == "database")];

    public void Clear() => _lines.Clear();

    public ILoggerProvider For(IHostEnvironment environment) =>
        new JsonLines(line => _lines.Enqueue(Encoding.UTF8.GetString(line.Written)), environment);
}
