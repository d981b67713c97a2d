using Npgsql;

namespace RlsChat.Database.Commands;

// The database of a command: that of POSTGRES_URL, or of the embedded server, which is started
// for the command and stopped after it, unless another process uses it.
internal sealed class Target : IAsyncDisposable
{
    private readonly DatabaseSettings settings;

    private Target(string owner, EmbeddedServer? embedded, DatabaseSettings settings)
    {
        (Owner, Embedded, this.settings) = (owner, embedded, settings);
        var secrets = embedded?.Secrets;
        ApiPassword = settings.ApiPassword ?? secrets?.Api;
        AuthPassword = settings.AuthPassword ?? secrets?.Auth;
        LivePassword = settings.LivePassword ?? secrets?.Live;
        ExplainPassword = settings.ExplainPassword ?? secrets?.Explain;
    }

    /// <summary>The folder of the embedded server, under the working directory.</summary>
    public static string Folder { get; } = Path.GetFullPath(".data");

    /// <summary>The owner's connection string.</summary>
    public string Owner { get; }

    /// <summary>The embedded server, if the database is there.</summary>
    public EmbeddedServer? Embedded { get; }

    /// <summary>The password of rlschat_api, current or to be set.</summary>
    public string? ApiPassword { get; }

    /// <summary>The password of rlschat_auth, current or to be set.</summary>
    public string? AuthPassword { get; }

    /// <summary>The password of rlschat_live, current or to be set.</summary>
    public string? LivePassword { get; }

    /// <summary>The password of rlschat_explain, current or to be set.</summary>
    public string? ExplainPassword { get; }

    /// <summary>Its name for messages, without a password.</summary>
    public string Name
    {
        get
        {
            return PostgresUrl.Describe(new NpgsqlConnectionStringBuilder(Owner))
                + (Embedded is null ? "" : $", {Embedded.Description}");
        }
    }

    public static async Task<Target> Open()
    {
        var settings = DatabaseSettings.FromEnvironment();
        if (settings.Owner is { } owner)
        {
            return new Target(owner.ConnectionString, null, settings);
        }

        var embedded = await EmbeddedServer.Start(Folder);
        return new Target(embedded.OwnerConnectionString, embedded, settings);
    }

    /// <summary>A connection of the owner's login; a single session, because commands set its role.</summary>
    public Task<NpgsqlConnection> Connect(string? database = null) =>
        Connections.OpenSession(Owner, settings => settings.Database = database ?? settings.Database);

    /// <summary>The connection string of rlschat_api.</summary>
    public string Api() => Login("API", ApiPassword, settings.Api);

    /// <summary>The connection string of rlschat_auth.</summary>
    public string Auth() => Login("AUTH", AuthPassword, settings.Auth);

    /// <summary>The connection string of rlschat_live.</summary>
    public string Live() => Login("LIVE", LivePassword, settings.Live);

    /// <summary>The connection string of rlschat_explain.</summary>
    public string Explain() => Login("EXPLAIN", ExplainPassword, settings.Explain);

    private string Login(string name, string? password, NpgsqlConnectionStringBuilder? given)
    {
        var login = $"rlschat_{name.ToLowerInvariant()}";
        if (Embedded is not null)
        {
            return Embedded.ConnectionString(login, password!);
        }

        // As in the API: a URL of its own may leave the password to a passfile or a certificate.
        return given?.Password is null && string.IsNullOrEmpty(Environment.GetEnvironmentVariable($"POSTGRES_{name}_URL"))
            ? throw new SetupException($"RLSCHAT_{name}_PASSWORD is not set: the password of {login}.")
            : given!.ConnectionString;
    }

    public ValueTask DisposeAsync() => Embedded?.DisposeAsync() ?? ValueTask.CompletedTask;
}
