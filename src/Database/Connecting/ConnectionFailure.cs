using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using Npgsql;

namespace RlsChat.Database;

/// <summary>Explains why a connection failed and what to do next, without showing a password.</summary>
public static class ConnectionFailure
{
    /// <summary>Describes an error of opening a connection.</summary>
    /// <param name="error">What was thrown.</param>
    /// <param name="settings">Where to connect.</param>
    public static SetupException Describe(Exception error, NpgsqlConnectionStringBuilder settings)
    {
        if (error is SetupException known)
        {
            return known;
        }

        var causes = error is NpgsqlException { InnerException: AggregateException several } ? several.InnerExceptions.ToArray() : [error];
        var reasons = causes.Select(cause => Reason(cause, settings)).Distinct().ToList();
        if (settings.TargetSessionAttributes is { } target && causes.Length < settings.Host!.Split(',').Length && error.InnerException is AggregateException)
        {
            reasons.Add(Unsuitable(target));
        }

        return new SetupException(
            $"No connection to {PostgresUrl.Describe(settings)} as {settings.Username ?? "the login of this machine's user"}: "
                + $"{string.Join("; ", reasons.Select(reason => reason.Why))}. {string.Join(' ', reasons.Select(reason => reason.Next).Distinct())}",
            error);
    }

    private static (string Why, string Next) Reason(Exception error, NpgsqlConnectionStringBuilder settings) => error switch
    {
        PostgresException told => (Say(told), Next(told, settings)),
        _ when Find<SocketException>(error) is { } socket => Reason(socket, settings),
        _ when Find<TimeoutException>(error) is not null =>
            ($"no answer within {settings.Timeout} s",
                "Is the port open for this machine (a firewall, the host's IP allowlist), and the server awake? connect_timeout=… waits longer."),
        _ when Find<AuthenticationException>(error) is not null =>
            ("the server's certificate is not trusted, or is another name's",
                "sslrootcert=file.pem names the authority that signed it (the host of the database hands that file out); and connect by the name that it is for."),
        _ when error.Message.Contains("authentication method is not allowed", StringComparison.Ordinal) =>
            ("the server wants another way of signing in than require_auth allows", "Correct require_auth, or what pg_hba.conf asks for."),
        _ when error.Message.Contains("No SSL enabled connection", StringComparison.Ordinal) =>
            ("the server offers no TLS, and sslmode asks for it",
                "Turn on ssl at the server; on a network where nobody else listens, sslmode=disable goes without."),
        _ when error.Message.StartsWith("No password has been provided", StringComparison.Ordinal) =>
            ("the server asks for a password, and there is none",
                "Put it into the URL (postgresql://user:password@…), the login's RLSCHAT_…_PASSWORD, or a passfile."),
        _ when error.Message.Contains("hannel binding", StringComparison.Ordinal) || error.Message.Contains("ChannelBinding", StringComparison.Ordinal) =>
            ("the server or the way to it cannot do what channel_binding asks for", "Use TLS (sslmode=require), or channel_binding=prefer."),
        _ when error.Message.StartsWith("No suitable host", StringComparison.Ordinal) =>
            Unsuitable(settings.TargetSessionAttributes!),
        _ when error.Message.StartsWith("target_session_attrs", StringComparison.Ordinal) => (error.Message, TargetNext),
        _ when error.Message.StartsWith("Received unknown response", StringComparison.Ordinal) =>
            ("what listens there is not PostgreSQL", "Correct host and port: a URL's port is 5432 unless it says another."),
        _ when Find<IOException>(error) is EndOfStreamException or IOException { InnerException: null } && error is NpgsqlException =>
            ("what listens there closed the connection", "Is it PostgreSQL, and does its log say why? A URL's port is 5432 unless it says another."),
        FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException or CryptographicException =>
            ($"a file of the URL cannot be read: {error.Message.TrimEnd('.')}", "Correct sslcert, sslkey, sslrootcert or passfile, or who may read the file."),
        _ => ($"{error.Message.TrimEnd('.')}{(error.InnerException is { } inner ? $" ({inner.Message.TrimEnd('.')})" : "")}",
            "Compare the URL with what the host of the database says."),
    };

    private static (string Why, string Next) Unsuitable(string target) => ($"no host that answers is what target_session_attrs={target} asks for", TargetNext);

    private const string TargetNext = "Name a host that is, or another target_session_attrs (any takes every one).";

    private static (string, string) Reason(SocketException socket, NpgsqlConnectionStringBuilder settings)
    {
        var isSocket = PostgresUrl.Hosts(settings.Host, settings.Port).All(place => PostgresUrl.IsSocket(place.Host));
        return socket.SocketErrorCode switch
        {
            SocketError.ConnectionRefused =>
                ("nothing listens there (connection refused)", "Start the server, or correct host and port; it may listen on another address (listen_addresses)."),
            SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain =>
                ("the host's name is not known", "Correct it, or look whether this machine has DNS and the network that the name belongs to."),
            SocketError.TimedOut =>
                ("no answer", "Is the port open for this machine (a firewall, the host's IP allowlist), and the server awake?"),
            SocketError.AddressNotAvailable or SocketError.AccessDenied when isSocket =>
                ("there is no such socket, or it may not be entered", "Start the server, or correct the folder (unix_socket_directories) and the port."),
            SocketError.HostUnreachable or SocketError.NetworkUnreachable =>
                ("there is no way there", "Is the network up, and does this machine have the kind of address (IPv4, IPv6) that the host has?"),
            _ => (socket.Message, "Correct host and port, or look at the network between."),
        };
    }

    private static string Say(PostgresException told) => $"the server says \"{told.MessageText}\" ({told.SqlState})";

    private static string Next(PostgresException told, NpgsqlConnectionStringBuilder settings) => told switch
    {
        { SqlState: PostgresErrorCodes.InvalidPassword } => settings.Username switch
        {
            "rlschat_api" or "rlschat_auth" or "rlschat_explain" or "rlschat_live" =>
                $"Correct {Password(settings.Username)}, or let make db-migrate set it to what that says.",
            _ => "Correct the user and the password in the URL: @ : / % in it are written %40 %3A %2F %25.",
        },
        { SqlState: PostgresErrorCodes.InvalidCatalogName } =>
            $"Correct the name behind the / of the URL, or make it: create database {Statements.Name(settings.Database ?? "…")}.",
        { SqlState: PostgresErrorCodes.TooManyConnections } =>
            "End connections that nobody needs, lower DATABASE_MAX_CONNECTIONS of each API process, or raise max_connections (alter role … connection limit).",
        { SqlState: PostgresErrorCodes.InvalidAuthorizationSpecification, Routine: "InitializeSessionUserId" } =>
            settings.Username?.StartsWith("rlschat_", StringComparison.Ordinal) == true
                ? "make db-migrate makes the logins of this program."
                : $"Use a role that exists and may log in: alter role {Statements.Name(settings.Username ?? "…")} login.",
        { SqlState: PostgresErrorCodes.InvalidAuthorizationSpecification } =>
            "The server's pg_hba.conf (at a host: its IP allowlist) has to let this user in from here; \"no encryption\" in it means that sslmode=require is missing.",
        { SqlState: PostgresErrorCodes.InsufficientPrivilege } =>
            $"grant connect on database {Statements.Name(settings.Database ?? "…")} to {Statements.Name(settings.Username ?? "…")}.",
        { SqlState: PostgresErrorCodes.CannotConnectNow } => "The server starts, stops or recovers: try again in a moment.",
        { SqlState: ['0', '8', ..] } => "That is a pooler's answer: its log says more. POSTGRES_DIRECT_URL goes past it.",
        _ => "The server's log says more.",
    };

    private static string Password(string login) => $"RLSCHAT_{login["rlschat_".Length..].ToUpperInvariant()}_PASSWORD";

    internal static T? Find<T>(Exception? error) where T : Exception =>
        error is null ? null : error as T ?? Find<T>(error.InnerException);
}
