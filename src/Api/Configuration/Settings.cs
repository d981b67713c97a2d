using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Npgsql;
using RlsChat.Database;

namespace RlsChat.Api.Configuration;

/// <summary>Everything that can be set from outside, read and checked once, at the start.</summary>
/// <param name="Host">The address to listen on.</param>
/// <param name="Port">The port to listen on; 0 takes a free one.</param>
/// <param name="Environment">Where this runs, for the log.</param>
/// <param name="Api">The connection of the login that serves requests.</param>
/// <param name="Standbys">The connections of that login to standbys, which answer reads; null: the primary does.</param>
/// <param name="ReadLag">How far behind a standby may be that answers.</param>
/// <param name="Auth">The connection of the login that signs people in.</param>
/// <param name="Live">The connection of the login that delivers live events.</param>
/// <param name="Explain">The connection of the login that explains access, or null for none.</param>
/// <param name="Pool">How many connections, and for how long.</param>
/// <param name="JwtIssuer">Who our tokens are from.</param>
/// <param name="JwtAudience">Whom our tokens are for.</param>
/// <param name="JwtSigningKeys">What signs and verifies our tokens.</param>
/// <param name="Web">Limits, and which pages may ask.</param>
/// <param name="SignIn">Signing in.</param>
/// <param name="Model">What writes answers; null: the demo.</param>
internal sealed record Settings(
    IPAddress Host,
    int Port,
    string Environment,
    NpgsqlConnectionStringBuilder Api,
    NpgsqlConnectionStringBuilder? Standbys,
    TimeSpan ReadLag,
    NpgsqlConnectionStringBuilder Auth,
    NpgsqlConnectionStringBuilder Live,
    NpgsqlConnectionStringBuilder? Explain,
    PoolSettings Pool,
    string JwtIssuer,
    string JwtAudience,
    SigningKeys JwtSigningKeys,
    WebSettings Web,
    SignInSettings SignIn,
    ModelSettings? Model)
{
    /// <summary>The longest request body, in bytes.</summary>
    public const int MaxBodyBytes = 1024 * 1024;

    /// <summary>Reads the environment, appsettings.json and the command line.</summary>
    /// <exception cref="SetupException">Names the variable and says what it should be.</exception>
    public static Settings Read(IConfiguration configuration, IHostEnvironment environment) =>
        Read(new Values(configuration), environment);

    /// <summary>The same, from values that remember which were read.</summary>
    internal static Settings Read(Values values, IHostEnvironment environment)
    {
        values.RefuseUnknown();
        var development = environment.IsDevelopment();
        var database = DatabaseSettings.Read(values.Text);
        return new Settings(
            values.Parse("HOST", "localhost", text => text is "localhost" ? IPAddress.Loopback : IPAddress.Parse(text), "an IP address"),
            values.Number("PORT", 5080, 0, 65535),
            environment.EnvironmentName,
            Login(database.Api, values, "POSTGRES_API_URL", "RLSCHAT_API_PASSWORD"),
            database.Standbys is null ? null : Login(database.Standbys, values, "POSTGRES_READ_URL", "RLSCHAT_API_PASSWORD"),
            TimeSpan.FromSeconds(values.Number("POSTGRES_READ_LAG", 5, 2, 3600)),
            Login(database.Auth, values, "POSTGRES_AUTH_URL", "RLSCHAT_AUTH_PASSWORD"),
            Login(database.Live, values, "POSTGRES_LIVE_URL", "RLSCHAT_LIVE_PASSWORD"),
            database.Explain,
            PoolSettings.Read(values, explains: database.Explain is not null),
            values.Text("JWT_ISSUER") ?? (development ? "rlschat" : throw Values.Missing("JWT_ISSUER")),
            values.Text("JWT_AUDIENCE") ?? (development ? "rlschat" : throw Values.Missing("JWT_AUDIENCE")),
            values.Parse("JWT_SIGNING_KEYS",
                development && values.Text("JWT_SIGNING_KEYS") is null ? DevelopmentKeys() : null, SigningKeys.Parse, null),
            WebSettings.Read(values),
            SignInSettings.Read(values, development),
            ModelSettings.Read(values));
    }

    /// <summary>The connection of a login, which never has the owner's credentials.</summary>
    private static NpgsqlConnectionStringBuilder Login(
        NpgsqlConnectionStringBuilder? connection, Values values, string url, string password) =>
        connection is null ? throw Values.Missing($"POSTGRES_URL (or {url})")
        : connection.Password is null && values.Text(url) is null ? throw Values.Missing(password)
        : connection;

    /// <summary>A key for this checkout, generated once, so that tokens survive a restart.</summary>
    private static string DevelopmentKeys()
    {
        var file = Path.Combine(".data", "jwt-signing-keys");
        if (!File.Exists(file))
        {
            Directory.CreateDirectory(".data");
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using var writer = new StreamWriter(file, options);
            writer.Write($"development:{Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}");
        }

        return File.ReadAllText(file).Trim();
    }
}

/// <summary>The settings of the connection pools; times in seconds.</summary>
/// <param name="MaxConnections">The maximum number of connections of this process, to each server.</param>
/// <param name="IdleTimeout">After how long an unused connection is closed.</param>
/// <param name="MaxLifetime">After how long a connection is closed in any case; 0 for never.</param>
/// <param name="ConnectTimeout">How long to wait for a connection; null: as long as the URL says.</param>
/// <param name="Prepare">Whether statements are prepared from their second use on.</param>
/// <param name="Explain">For explaining access: one, and one for the guard; none where it is not configured.</param>
internal sealed record PoolSettings(
    int MaxConnections, int IdleTimeout, int MaxLifetime, int? ConnectTimeout, bool Prepare, int Explain)
{
    /// <summary>The default time to wait for a connection.</summary>
    public const int StandardConnectTimeout = 10;

    /// <summary>The minimum: with fewer, a pool would have no connection.</summary>
    public const int Least = Live + Monitor + 4;

    /// <summary>One for delivery, and one for the guard when it checks that login.</summary>
    public const int Live = 2;

    /// <summary>For monitoring, and for the guard during readiness checks.</summary>
    public const int Monitor = 2;

    /// <summary>At least two, because a purge may occupy one for minutes.</summary>
    public int SignIn => Math.Max(2, Rest / 4);

    /// <summary>For anonymous requests.</summary>
    public int Anonymous => Math.Max(1, Rest / 4);

    /// <summary>For signed-in people: the remainder, usually at least half of <see cref="Rest"/>.</summary>
    public int RegularUser => Rest - SignIn - Anonymous;

    private int Rest => MaxConnections - Live - Monitor - Explain;

    public static PoolSettings Read(Values values, bool explains) => new(
        values.Number("DATABASE_MAX_CONNECTIONS", (8 * System.Environment.ProcessorCount) + Live + Monitor, explains ? Least + 2 : Least, 10_000),
        values.Number("DATABASE_IDLE_TIMEOUT", 300, 1, 86_400),
        values.Number("DATABASE_MAX_LIFETIME", 1800, 0, 86_400),
        Given(values, "DATABASE_CONNECT_TIMEOUT", values.Number("DATABASE_CONNECT_TIMEOUT", StandardConnectTimeout, 1, 1024)),
        values.Parse("DATABASE_PREPARE", "on", text => text switch
        {
            "on" => true,
            "off" => false,
            _ => throw new FormatException(),
        }, "on or off"),
        explains ? 2 : 0);

    private static int? Given(Values values, string name, int number) => values.Text(name) is null ? null : number;
}

/// <summary>The configuration by name; an empty value counts as absent.</summary>
internal sealed class Values(IConfiguration configuration)
{
    private readonly Dictionary<string, string?> _asked = new(StringComparer.Ordinal);

    /// <summary>The settings that were read, with their defaults; null without one.</summary>
    public IReadOnlyDictionary<string, string?> Asked => _asked;

    private static readonly string[] Ours =
    [
        "POSTGRES_DIRECT_URL", "POSTGRES_API_URL", "POSTGRES_READ_URL", "POSTGRES_READ_LAG", "POSTGRES_AUTH_URL", "POSTGRES_LIVE_URL", "POSTGRES_EXPLAIN_URL",
        "RLSCHAT_API_PASSWORD", "RLSCHAT_AUTH_PASSWORD", "RLSCHAT_LIVE_PASSWORD", "RLSCHAT_EXPLAIN_PASSWORD",
        "DATABASE_MAX_CONNECTIONS", "DATABASE_IDLE_TIMEOUT", "DATABASE_MAX_LIFETIME", "DATABASE_CONNECT_TIMEOUT",
        "DATABASE_PREPARE", "JWT_ISSUER", "JWT_AUDIENCE", "JWT_SIGNING_KEYS",
        .. WebSettings.Names, .. SignInSettings.Names, .. ModelSettings.Names,
    ];

    // Other programs also use POSTGRES_ and RLSCHAT_: the server's image, hosts, our tests.
    private static readonly string[] Prefixes =
    [
        "POSTGRES_DIRECT_", "POSTGRES_API_", "POSTGRES_READ_", "POSTGRES_AUTH_", "POSTGRES_LIVE_", "POSTGRES_EXPLAIN_", "RLSCHAT_API_", "RLSCHAT_AUTH_",
        "RLSCHAT_LIVE_", "RLSCHAT_EXPLAIN_", "DATABASE_", "JWT_", .. WebSettings.Prefixes, .. SignInSettings.Prefixes, .. ModelSettings.Names,
    ];

    public static SetupException Missing(string name) => new($"{name} is not set, and there is no default for it here");

    /// <summary>Refuses misspelt names, which would silently mean the default.</summary>
    public void RefuseUnknown()
    {
        var unknown = configuration.AsEnumerable()
            .Select(pair => pair.Key)
            .FirstOrDefault(key => Prefixes.Any(prefix => key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                && !Ours.Contains(key, StringComparer.OrdinalIgnoreCase)
                // Hosting providers set it beside POSTGRES_URL.
                && key is not "DATABASE_URL");
        if (unknown is not null)
        {
            throw new SetupException($"{unknown} is not a setting of this program");
        }
    }

    public string? Text(string name)
    {
        _asked.TryAdd(name, null);
        return configuration[name] is { Length: > 0 } text ? text : null;
    }

    public int Number(string name, int standard, int min, int max) =>
        Parse(name, standard.ToString(CultureInfo.InvariantCulture), text =>
        {
            var number = int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
            return number >= min && number <= max ? number : throw new FormatException();
        }, $"a whole number from {min} to {max}");

    /// <param name="name">The variable.</param>
    /// <param name="standard">What an absent one means; null when it must be there.</param>
    /// <param name="parse">Throws a FormatException, whose message is shown when there is no <paramref name="form"/>.</param>
    /// <param name="form">What it should be. The value itself, which may be a secret, is never shown.</param>
    public T Parse<T>(string name, string? standard, Func<string, T> parse, string? form)
    {
        try
        {
            var text = Text(name);
            _asked[name] ??= standard;
            return parse(text ?? standard ?? throw Missing(name));
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            throw new SetupException($"{name} {(form is null ? e.Message : $"must be {form}")}", e);
        }
    }
}
