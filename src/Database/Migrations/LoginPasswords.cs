using Npgsql;

namespace RlsChat.Database;

// The passwords of the logins come from the configuration; no file and no backup holds them.
internal static class LoginPasswords
{
    /// <summary>Sets them, as the installing login; null leaves one as it is.</summary>
    public static async Task Set(NpgsqlConnection connection, string? api, string? auth, string? live, string? explain)
    {
        foreach (var (role, password) in new[] { ("rlschat_api", api), ("rlschat_auth", auth), ("rlschat_live", live), ("rlschat_explain", explain) })
        {
            if (password is not null && await Catalog.RoleExists(connection, role))
            {
                await connection.Execute(
                    $"alter role {role} password {Statements.Literal(ScramVerifier.For(password))}");
            }
        }
    }
}
