namespace RlsChat.Tests.Proof.Model;

/// <summary>The step that four numbers stand for, as the world is now.</summary>
internal sealed class Steps(World world, int number)
{
    public Step Of((int Who, int A, int B, int C) d)
    {
        var people = world.InOrder<Person>();
        // One in twenty is nobody.
        var me = d.Who % 20 == 0 || people.Length == 0 ? null : Worlds.Pick(people, d.Who);
        return (d.A % 20) switch
        {
            _ when people.Length == 0 => Step.Pass(null),
            < 8 => new Memberships(world, number).Of(me, d.A / 20, Worlds.Pick(people, d.B), d.C),
            < 14 => new Writings(world, number).Of(me?.Key, d.A / 20, d.B, d.C),
            < 17 => new Answering(world, number).Of(me, d.A / 20, d.B),
            _ => new SigningIn(world, number).Of(me, d.A / 20, d.B, d.C),
        };
    }
}
