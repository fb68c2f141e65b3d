/// Something that has left a part of its work for the end of the loop's turn. Called on the loop's thread.
public protocol TurnEndHandler: AnyObject {
    func turnEnds()
}
