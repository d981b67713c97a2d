using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
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

    public ILoggerProvider For(IHostEnvironment environment) => new Provider(this, new JsonLines(environment));

    private sealed class Provider(LogLines log, JsonLines formatter) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => new Logger(log, formatter, categoryName);

        public void Dispose() { }
    }

    private sealed class Logger(LogLines log, JsonLines formatter, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> text)
        {
            using var writer = new StringWriter();
            formatter.Write(new LogEntry<TState>(logLevel, category, eventId, state, exception, text), null, writer);
            log._lines.Enqueue(writer.ToString());
        }
    }
}
