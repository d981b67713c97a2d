using Npgsql;

namespace RlsChat.Database.Commands;

// A person given by e-mail address, for psql and why: the role and identity of their statements.
internal sealed record Person(string Role, Guid? Uid)
{
    public static readonly Person Anonymous = new("anonymous", null);

    /// <summary>The person of that address, or <c>anonymous</c>.</summary>
    /// <exception cref="SetupException">No account has this address.</exception>
    public static async Task<Person> Named(NpgsqlConnection connection, string who)
    {
        if (who is "anonymous")
        {
            return Anonymous;
        }

        await connection.Execute("set role identity_definer");
        var id = await connection.Scalar<Guid>(
            """select "id" from public."User" where auth.folded_address("email") = auth.folded_address($1) and "email" <> ''""", who);
        await connection.Execute("reset role");
        return id == Guid.Empty
            ? throw new SetupException($"Nobody has the address {who}.")
            : new Person("regular_user", id);
    }
}
