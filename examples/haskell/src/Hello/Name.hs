module Hello.Name (Name, name, render) where

-- | Somebody to be greeted.
newtype Name = Name String
  deriving (Eq, Show)

name :: String -> Maybe Name
name "" = Nothing
name text = Just (Name text)

render :: Name -> String
render (Name text) = text
