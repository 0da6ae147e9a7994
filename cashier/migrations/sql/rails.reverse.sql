DROP TRIGGER kept ON cashier_rail;
DROP FUNCTION cashier_keep_rails();
