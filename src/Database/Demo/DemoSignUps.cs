using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity;
using Npgsql;

namespace RlsChat.Database;

// Signs the demo people up and verifies their addresses, on the connection of rlschat_auth with the
// functions that the API calls.
internal sealed class DemoSignUps(NpgsqlConnection auth)
{
    /// <summary>The people's ids; existing people are left unchanged.</summary>
    public async Task<Dictionary<DemoPerson, Guid>> Run()
    {
        var ids = new Dictionary<DemoPerson, Guid>();
        foreach (var person in DemoPerson.All)
        {
            ids[person] = await Known(person) ?? await SignUp(person);
        }

        return ids;
    }

    private async Task<Guid?> Known(DemoPerson person) =>
        await auth.Scalar<Guid>("""select "userId" from auth.credentials($1)""", person.Email) is var id && id != Guid.Empty
            ? id
            : null;

    private async Task<Guid> SignUp(DemoPerson person)
    {
        var hash = new PasswordHasher<DemoPerson>().HashPassword(person, person.Password);
        var id = await auth.Scalar<Guid>("select auth.sign_up($1, $2)", person.Email, hash);
        await ProveAddress(id, person.Email);
        return id;
    }

    // As a person signs in and follows the link in the mail.
    private async Task ProveAddress(Guid id, string email)
    {
        var (refresh, secret, mailed) = (Secret(), Secret(), Secret());
        await auth.Execute("select auth.open_session($1, $2, $3)", id, Digest(refresh), Digest(secret));
        await using (var transaction = await auth.BeginTransactionAsync())
        {
            await auth.Execute("select set_config('auth.uid', $1, true)", id.ToString());
            await auth.Execute("select set_config('auth.session', $1, true)", secret);
            await auth.Execute("select auth.request_verification('verify_email', $1, $2)", email, Digest(mailed));
            await auth.Execute("select auth.verify_email($1)", Digest(mailed));
            await transaction.CommitAsync();
        }

        await auth.Execute("select auth.sign_out($1)", Digest(refresh));
    }

    private static string Secret() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    private static byte[] Digest(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
