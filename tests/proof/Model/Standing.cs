namespace RlsChat.Tests.Proof.Model;

/// <summary>What the contract says of members, whoever acts.</summary>
internal static class Standing
{
    /// <summary>Whoever deletes it could not sign in any more.</summary>
    public static bool IsLastWayIn(World world, Account account) =>
        world.The<Person>(account.Owner) is not { Password: true, Email: not "" }
        && world.All<Account>().Count(a => a.Owner == account.Owner) == 1;

    /// <summary>The last organization_admin of an organization that has other members.</summary>
    public static bool IsLastAdministrator(World world, Person person) =>
        person.Org is not null && person.Role == World.AdminRole
        && world.All<Person>().Any(p => p.Org == person.Org && p.Key != person.Key)
        && !world.All<Person>().Any(p => p.Org == person.Org && p.Key != person.Key && p.Role == World.AdminRole);
}
