using Npgsql;

namespace RlsChat.Tests.Support;

/// <summary>One database of a test server, dropped when it is disposed.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly TestServer server;
    private readonly ServerAccess access;

    internal TestDatabase(TestServer server, string name, ServerAccess access) =>
        (this.server, Name, this.access) = (server, name, access);

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The login that installs and owns it: CREATEROLE and CREATEDB, no superuser, a member of identity_setter.</summary>
    public string OwnerConnectionString => For(access.Owner);

    /// <summary>The login rlschat_api, which serves requests.</summary>
    public string ApiConnectionString => For(access.Owner, "rlschat_api", access.ApiPassword);

    /// <summary>The login rlschat_auth, which signs people in.</summary>
    public string AuthConnectionString => For(access.Owner, "rlschat_auth", access.AuthPassword);

    /// <summary>The login rlschat_live, which delivers live events.</summary>
    public string LiveConnectionString => For(access.Owner, "rlschat_live", access.LivePassword);

    /// <summary>The login rlschat_explain, which explains access to operators.</summary>
    public string ExplainConnectionString => For(access.Owner, "rlschat_explain", access.ExplainPassword);

    /// <summary>A superuser, only to try what a superuser can tighten; null on a server that was given without one.</summary>
    public string? SuperuserConnectionString => access.Superuser is { } superuser ? For(superuser) : null;

    /// <summary>The same, for a test that is nothing without one.</summary>
    /// <exception cref="NotRunException">The server was given without one.</exception>
    public string RequiredSuperuser
    {
        get
        {
            NotRunException.Unless(SuperuserConnectionString is not null, "superuser", "let RLSCHAT_TEST_POSTGRES_URL name one");
            return SuperuserConnectionString!;
        }
    }

    /// <summary>The password of rlschat_api.</summary>
    public string ApiPassword => access.ApiPassword;

    /// <summary>The password of rlschat_auth.</summary>
    public string AuthPassword => access.AuthPassword;

    /// <summary>The password of rlschat_live.</summary>
    public string LivePassword => access.LivePassword;

    /// <summary>Drops it, ending its sessions.</summary>
    public async ValueTask DisposeAsync()
    {
        // Its own pools alone: other tests of this process use theirs.
        foreach (var login in new[] { OwnerConnectionString, ApiConnectionString, AuthConnectionString, LiveConnectionString, ExplainConnectionString, SuperuserConnectionString })
        {
            await using var connection = new NpgsqlConnection(login);
            NpgsqlConnection.ClearPool(connection);
        }

        await server.Drop(Name);
    }

    private string For(NpgsqlConnectionStringBuilder login, string? user = null, string? password = null) =>
        new NpgsqlConnectionStringBuilder(login.ConnectionString)
        {
            Database = Name,
            Username = user ?? login.Username,
            Password = password ?? login.Password,
        }.ConnectionString;
}
