using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace RlsChat.Database.Commands;

// The API as a child process: its environment and its address.
internal static class ApiProcess
{
    /// <summary>The address it listens on.</summary>
    public static string Address { get; } = $"http://{Variable("HOST", "127.0.0.1")}:{Variable("PORT", "5080")}";

    /// <summary>Checks the port first; another program on it could be mistaken for the API.</summary>
    /// <exception cref="SetupException">PORT is not a port, or is in use.</exception>
    public static void RefuseTakenPort()
    {
        if (!ushort.TryParse(Variable("PORT", "5080"), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0)
        {
            throw new SetupException("PORT must be a whole number from 1 to 65535");
        }

        try
        {
            var host = Variable("HOST", "localhost");
            using var listener = new TcpListener(IPAddress.TryParse(host, out var address) ? address : IPAddress.Loopback, port);
            listener.Start();
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new SetupException($"Port {port} is in use: stop the program that uses it, or choose another with PORT=…", e);
        }
    }

    public static ProcessStartInfo For(Target target)
    {
        var start = new ProcessStartInfo("dotnet", [Assembly()]);
        if (target.Embedded is { } embedded)
        {
            start.Environment["POSTGRES_API_URL"] = Url(target.Api());
            start.Environment["POSTGRES_AUTH_URL"] = Url(target.Auth());
            start.Environment["POSTGRES_LIVE_URL"] = Url(target.Live());
            start.Environment["POSTGRES_EXPLAIN_URL"] = Url(target.Explain());
            Default(start, "JWT_SIGNING_KEYS", embedded.Secrets.SigningKeys);
            Default(start, "DOTNET_ENVIRONMENT", "Development");
            // The page signs several demo people in, side by side.
            Default(start, "AUTH_RATE_LIMIT", "100");
        }

        return start;
    }

    private static string Assembly()
    {
        // Beside this program once published; in the neighbouring project's folder in a checkout.
        var here = AppContext.BaseDirectory;
        string[] places =
        [
            Path.Combine(here, "rlschat-api.dll"),
            Path.Combine(here.Replace("/Database/", "/Api/", StringComparison.Ordinal), "rlschat-api.dll"),
        ];
        return places.FirstOrDefault(File.Exists)
            ?? throw new SetupException("The API is not built: run make run, or dotnet build -c Release.");
    }

    private static string Url(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        return $"postgresql://{settings.Username}:{Uri.EscapeDataString(settings.Password!)}"
            + $"@{settings.Host}:{settings.Port}/{settings.Database}";
    }

    private static void Default(ProcessStartInfo start, string name, string value)
    {
        if (string.IsNullOrEmpty(start.Environment.TryGetValue(name, out var set) ? set : null))
        {
            start.Environment[name] = value;
        }
    }

    private static string Variable(string name, string otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : otherwise;
}
