using Npgsql;

namespace RlsChat.Database;

/// <summary>The connections of the database and its logins, from the environment.</summary>
public sealed record DatabaseSettings
{
    /// <summary>
    /// The owner's connection, for migrations: <c>POSTGRES_DIRECT_URL</c>, where a pooler stands before the
    /// server, else <c>POSTGRES_URL</c>. Null: the embedded server.
    /// </summary>
    public NpgsqlConnectionStringBuilder? Owner { get; private init; }

    /// <summary>The connection of <c>rlschat_api</c>: <c>POSTGRES_API_URL</c>, else <c>POSTGRES_URL</c>'s server.</summary>
    public NpgsqlConnectionStringBuilder? Api { get; private init; }

    /// <summary>The standbys that answer reads of <c>rlschat_api</c>: <c>POSTGRES_READ_URL</c>. Null: the primary does.</summary>
    public NpgsqlConnectionStringBuilder? Standbys { get; private init; }

    /// <summary>The connection of <c>rlschat_auth</c>: <c>POSTGRES_AUTH_URL</c>, else <c>POSTGRES_URL</c>'s server.</summary>
    public NpgsqlConnectionStringBuilder? Auth { get; private init; }

    /// <summary>
    /// The connection of <c>rlschat_live</c>, which listens and so may not pass through a pooler:
    /// <c>POSTGRES_LIVE_URL</c>, else <c>POSTGRES_DIRECT_URL</c>'s server, else <c>POSTGRES_URL</c>'s.
    /// </summary>
    public NpgsqlConnectionStringBuilder? Live { get; private init; }

    /// <summary>
    /// The connection of <c>rlschat_explain</c>: <c>POSTGRES_EXPLAIN_URL</c>, else, with <c>RLSCHAT_EXPLAIN_PASSWORD</c>,
    /// <c>POSTGRES_URL</c>'s server. Null: access is not explained over HTTP.
    /// </summary>
    public NpgsqlConnectionStringBuilder? Explain { get; private init; }

    /// <summary><c>RLSCHAT_API_PASSWORD</c>.</summary>
    public string? ApiPassword { get; private init; }

    /// <summary><c>RLSCHAT_AUTH_PASSWORD</c>.</summary>
    public string? AuthPassword { get; private init; }

    /// <summary><c>RLSCHAT_LIVE_PASSWORD</c>.</summary>
    public string? LivePassword { get; private init; }

    /// <summary><c>RLSCHAT_EXPLAIN_PASSWORD</c>.</summary>
    public string? ExplainPassword { get; private init; }

    /// <summary>Reads them.</summary>
    /// <param name="get">A variable's value or null: <c>name => configuration[name]</c>, or the environment's.</param>
    /// <exception cref="SetupException">Names the variable that is malformed.</exception>
    public static DatabaseSettings Read(Func<string, string?> get)
    {
        var url = Url(get, "POSTGRES_URL");
        var direct = Url(get, "POSTGRES_DIRECT_URL") ?? url;
        var apiPassword = Text(get, "RLSCHAT_API_PASSWORD");
        var authPassword = Text(get, "RLSCHAT_AUTH_PASSWORD");
        var livePassword = Text(get, "RLSCHAT_LIVE_PASSWORD");
        var explainPassword = Text(get, "RLSCHAT_EXPLAIN_PASSWORD");
        return new DatabaseSettings
        {
            Owner = direct,
            Api = Login(Url(get, "POSTGRES_API_URL"), url, "rlschat_api", apiPassword),
            Standbys = Login(Url(get, "POSTGRES_READ_URL"), null, "rlschat_api", apiPassword),
            Auth = Login(Url(get, "POSTGRES_AUTH_URL"), url, "rlschat_auth", authPassword),
            Live = Login(Url(get, "POSTGRES_LIVE_URL"), direct, "rlschat_live", livePassword),
            Explain = Login(Url(get, "POSTGRES_EXPLAIN_URL"), explainPassword is null ? null : url, "rlschat_explain", explainPassword),
            ApiPassword = apiPassword,
            AuthPassword = authPassword,
            LivePassword = livePassword,
            ExplainPassword = explainPassword,
        };
    }

    /// <summary>Reads them from the environment of this process.</summary>
    public static DatabaseSettings FromEnvironment() => Read(Environment.GetEnvironmentVariable);

    private static NpgsqlConnectionStringBuilder? Login(
        NpgsqlConnectionStringBuilder? own, NpgsqlConnectionStringBuilder? shared, string login, string? password)
    {
        if ((own ?? shared) is not { } settings)
        {
            return null;
        }

        // Only the host, port and database of POSTGRES_URL are used: its credentials are the owner's.
        var result = new NpgsqlConnectionStringBuilder(settings.ConnectionString)
        {
            Username = own?.Username ?? login,
            Password = own?.Password ?? password,
        };
        return result;
    }

    private static NpgsqlConnectionStringBuilder? Url(Func<string, string?> get, string name) =>
        Text(get, name) is { } url ? PostgresUrl.Parse(url, name) : null;

    private static string? Text(Func<string, string?> get, string name) => get(name) is { Length: > 0 } text ? text : null;
}
