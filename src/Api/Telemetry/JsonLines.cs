using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using RlsChat.Api.Data;

namespace RlsChat.Api.Telemetry;

/// <summary>
/// The log: one JSON object a line, flat. A database operation has the fields timestamp, service,
/// operation, duration (ms), success, userId, environment, traceId, and sqlState where PostgreSQL raised an
/// error; anything else has a message. AddJsonConsole falls short: it nests these fields and adds its own.
/// </summary>
internal sealed class JsonLines(IHostEnvironment environment) : ConsoleFormatter(FormatterName)
{
    /// <summary>How the console finds it.</summary>
    public const string FormatterName = "json-lines";

    public override void Write<TState>(in LogEntry<TState> entry, IExternalScopeProvider? scopes, TextWriter writer)
    {
        var isOperation = entry.Category == typeof(OperationRunner).FullName;
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("timestamp", DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("service", isOperation ? "database" : "api");
            json.WriteString("level", entry.LogLevel.ToString().ToLowerInvariant());
            if (isOperation && entry.State is IEnumerable<KeyValuePair<string, object?>> fields)
            {
                WriteFields(json, fields);
            }
            else
            {
                json.WriteString("message", entry.Formatter(entry.State, entry.Exception));
            }

            json.WriteString("environment", environment.EnvironmentName);
            json.WriteString("traceId", Activity.Current?.TraceId.ToHexString());
            if (entry.Exception is { } exception)
            {
                json.WriteString("exception", exception.ToString());
            }

            json.WriteEndObject();
        }

        writer.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private static void WriteFields(Utf8JsonWriter json, IEnumerable<KeyValuePair<string, object?>> fields)
    {
        foreach (var (name, value) in fields)
        {
            switch (value)
            {
                case bool flag: json.WriteBoolean(name, flag); break;
                case double number: json.WriteNumber(name, number); break;
                case null: json.WriteNull(name); break;
                case var other when name is not "{OriginalFormat}": json.WriteString(name, other.ToString()); break;
            }
        }
    }
}

/// <summary>Registers the log.</summary>
internal static class JsonLinesLogging
{
    public static void AddJsonLines(this ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.AddConsole(console => console.FormatterName = JsonLines.FormatterName);
        logging.AddConsoleFormatter<JsonLines, ConsoleFormatterOptions>();
        logging.SetMinimumLevel(LogLevel.Information);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("System", LogLevel.Warning);
        // Program reports why it did not start.
        logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.Critical);
    }
}
