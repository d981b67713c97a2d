using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Proof.Pools;

/// <summary>The API's settings for a way to the server.</summary>
internal static class PoolerSettings
{
    /// <summary>Through that PgBouncer, as docs/operating.md says; or directly, when there is none.</summary>
    /// <param name="bouncer">PgBouncer, or null.</param>
    /// <param name="database">The database behind it.</param>
    /// <param name="port">Where something of a test stands before PgBouncer, on loopback.</param>
    public static string[] Through(PgBouncer? bouncer, TestDatabase database, int? port = null) => bouncer is null
        ? []
        :
        [
            $"--POSTGRES_API_URL={ApiFixture.Url(database.ApiConnectionString, "127.0.0.1", port ?? bouncer.Port)}?sslmode=disable",
            $"--POSTGRES_AUTH_URL={ApiFixture.Url(database.AuthConnectionString, "127.0.0.1", bouncer.Port)}?sslmode=disable",
            "--DATABASE_PREPARE=off",
        ];
}
