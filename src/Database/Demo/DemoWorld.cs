using System.Security.Cryptography;
using System.Text;

namespace RlsChat.Database;

/// <summary>Two small demo organizations; each row is inserted by its owner, under the policies.</summary>
public static class DemoWorld
{
    private const string Member = "00000000-0000-4000-8000-000000000001";

    /// <summary>Creates the world, unless it exists.</summary>
    /// <param name="ownerConnectionString">The owner's login, a member of <c>identity_setter</c>.</param>
    /// <param name="authConnectionString">The login <c>rlschat_auth</c>.</param>
    /// <returns>False if it existed already.</returns>
    public static async Task<bool> Make(string ownerConnectionString, string authConnectionString)
    {
        await using var auth = await Connections.Open(authConnectionString);
        var ids = await new DemoSignUps(auth).Run();

        await using var owner = await Connections.Open(ownerConnectionString);
        await using var transaction = await owner.BeginTransactionAsync();
        // Of two concurrent runs, the second finds the world.
        await owner.Execute("select pg_advisory_xact_lock(7261)");
        var people = new Cast(owner, ids);
        await people.Become(DemoPerson.Ana);
        if (await owner.Scalar<bool>("select auth.organization_id() is not null"))
        {
            return false;
        }

        await People(people);
        await Acme(people);
        await Globex(people);
        await Strangers(people);
        await owner.Execute("set constraints all immediate");
        await owner.Execute("set local role rlschat_owner");
        await owner.Execute("select app_private.grant_operator($1)", DemoPerson.Olga.Email);
        await transaction.CommitAsync();
        return true;
    }

    private static async Task People(Cast people)
    {
        await people.Does(DemoPerson.Ana, "select public.create_organization('Acme')");
        await people.Does(DemoPerson.Dan, "select public.create_organization('Globex')");
        foreach (var person in new[] { DemoPerson.Ben, DemoPerson.Cleo })
        {
            var token = RandomNumberGenerator.GetHexString(32);
            await people.Does(DemoPerson.Ana, "select public.invite_member($1, $2, $3)",
                person.Email, Guid.Parse(Member), SHA256.HashData(Encoding.UTF8.GetBytes(token)));
            await people.Does(person, "select public.accept_invitation($1)", token);
        }

        await people.Does(DemoPerson.Ana, "select public.set_member_manager($1, $2)",
            people.Id(DemoPerson.Cleo), people.Id(DemoPerson.Ben));
    }

    private static async Task Acme(Cast people)
    {
        var plans = await people.StartsChat(DemoPerson.Ana, "Plans for the spring", "private", inOrganization: true);
        var first = await people.Says(DemoPerson.Ana, plans, "What shall we build next?");
        await people.Says(DemoPerson.Ben, plans, "Something that shows each of us our own rows.");
        await people.Votes(DemoPerson.Cleo, first, "up");

        var onboarding = await people.StartsChat(DemoPerson.Cleo, "Onboarding", "private", inOrganization: true);
        await people.Says(DemoPerson.Cleo, onboarding, "Where do I find the handbook?");
        await people.Says(DemoPerson.Ben, onboarding, "In the documents, under Handbook.");

        await people.StartsChat(DemoPerson.Ana, "Only Ana sees this", "private", inOrganization: false);
        var document = await people.Writes(DemoPerson.Cleo, "Handbook",
            "Welcome to Acme.\n\nMerge when it works.", "Welcome to Acme.\n\nAsk first, then merge.\nOn Fridays, nobody merges.");
        await people.Suggests(DemoPerson.Cleo, document, "Ask first", "Test first");
    }

    private static async Task Globex(Cast people)
    {
        var merger = await people.StartsChat(DemoPerson.Dan, "The merger", "private", inOrganization: true);
        await people.Says(DemoPerson.Dan, merger, "Nobody at Acme may read this.");
        var news = await people.StartsChat(DemoPerson.Dan, "Globex news", "public", inOrganization: true);
        var hello = await people.Says(DemoPerson.Dan, news, "Hello, world: everybody may read this.");
        await people.Votes(DemoPerson.Ana, hello, "up");
    }

    private static async Task Strangers(Cast people)
    {
        var diary = await people.StartsChat(DemoPerson.Eve, "Diary", "private", inOrganization: false);
        await people.Says(DemoPerson.Eve, diary, "Dear diary…");
        await people.StartsChat(DemoPerson.Eve, "Recipes for everyone", "public", inOrganization: false);
    }

}
