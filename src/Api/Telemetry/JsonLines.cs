using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using RlsChat.Api.Data;

namespace RlsChat.Api.Telemetry;

/// <summary>
/// The log: one JSON object a line, flat. A database operation has the fields timestamp, service,
/// operation, duration (ms), success, userId, environment, traceId, and sqlState where PostgreSQL raised an
/// error; anything else has a message. AddJsonConsole falls short: it nests these fields and adds its own, locks for each
/// line and flushes after each.
/// </summary>
/// <param name="write">Takes over a finished line.</param>
/// <param name="environment">Whose name each line has.</param>
internal sealed class JsonLines(Action<LogLine> write, IHostEnvironment environment) : ILoggerProvider
{
    [ThreadStatic]
    private static Utf8JsonWriter? _json;

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) =>
        new Logger(this, isOperation: categoryName == typeof(OperationRunner).FullName);

    /// <inheritdoc/>
    public void Dispose() { }

    private void Write<TState>(
        bool isOperation, LogLevel level, TState state, Exception? exception, Func<TState, Exception?, string> format)
    {
        var line = new LogLine();
        var json = _json ??= new Utf8JsonWriter(line);
        json.Reset(line);
        json.WriteStartObject();
        Span<byte> time = stackalloc byte[32];
        _ = DateTime.UtcNow.TryFormat(time, out var length, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        json.WriteString("timestamp"u8, time[..length]);
        json.WriteString("service"u8, isOperation ? "database"u8 : "api"u8);
        json.WriteString("level"u8, level switch
        {
            LogLevel.Trace => "trace"u8,
            LogLevel.Debug => "debug"u8,
            LogLevel.Information => "information"u8,
            LogLevel.Warning => "warning"u8,
            LogLevel.Error => "error"u8,
            _ => "critical"u8,
        });
        if (isOperation && state is IReadOnlyList<KeyValuePair<string, object?>> fields)
        {
            WriteFields(json, fields);
        }
        else
        {
            json.WriteString("message"u8, format(state, exception));
        }

        json.WriteString("environment"u8, environment.EnvironmentName);
        json.WriteString("traceId"u8, Activity.Current?.TraceId.ToHexString());
        if (exception is not null)
        {
            json.WriteString("exception"u8, exception.ToString());
        }

        json.WriteEndObject();
        json.Flush();
        line.Write("\n"u8);
        write(line);
    }

    private static void WriteFields(Utf8JsonWriter json, IReadOnlyList<KeyValuePair<string, object?>> fields)
    {
        for (var i = 0; i < fields.Count; i++)
        {
            var (name, value) = fields[i];
            switch (value)
            {
                case bool flag: json.WriteBoolean(name, flag); break;
                case double number: json.WriteNumber(name, number); break;
                case null: json.WriteNull(name); break;
                case Guid id: json.WriteString(name, id); break;
                case var other when name is not "{OriginalFormat}": json.WriteString(name, other.ToString()); break;
            }
        }
    }

    private sealed class Logger(JsonLines lines, bool isOperation) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Write(isOperation, logLevel, state, exception, formatter);
    }
}

/// <summary>Registers the log.</summary>
internal static class JsonLinesLogging
{
    public static void AddJsonLines(this ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.Services.AddSingleton(_ => new LogWriter(Console.OpenStandardOutput()));
        logging.Services.AddSingleton<ILoggerProvider>(services => new JsonLines(
            services.GetRequiredService<LogWriter>().Write, services.GetRequiredService<IHostEnvironment>()));
        logging.SetMinimumLevel(LogLevel.Information);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("System", LogLevel.Warning);
        // Program reports why it did not start.
        logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.Critical);
    }
}
