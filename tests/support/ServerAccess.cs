using Npgsql;

namespace RlsChat.Tests.Support;

// How to get into a server that tests may use: as the owner's login, which is no superuser, and, where
// we have it, as a superuser. Dispose gives the server back.
internal sealed record ServerAccess(
    string Description,
    NpgsqlConnectionStringBuilder Owner,
    NpgsqlConnectionStringBuilder? Superuser,
    string ApiPassword,
    string AuthPassword,
    string LivePassword,
    string ExplainPassword,
    Func<ValueTask> Dispose);
